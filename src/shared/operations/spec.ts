import type { z } from 'zod'
import type { ErrorCode } from '../errors'

/** A row of the table of operations in `operations.ts`. */
export interface OperationSpec<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /**
   * Path with `{name}` for the input fields that it contains; the other fields are in the query
   * (GET, DELETE) or the body.
   */
  path: string
  /**
   * Scope that the credential needs; `open`: no credential is needed; `any`: any valid credential.
   */
  scope: 'open' | 'any' | 'read' | 'write' | 'admin'
  /**
   * `own`: acts on what belongs to the caller. `server`: concerns everybody, so the caller must be
   * an administrator.
   */
  reach: 'own' | 'server'
  /** Whether it changes state; this decides about the cross-origin guard, whatever the method. */
  mutates: boolean
  /** Largest body in bytes. @default that of the control plane */
  bodyLimit?: number
  /** The operation with the same input that says what this one would evict. */
  preview?: 'caches.preview' | 'settings.preview'
  /** Something goes that has no way back, so that people are asked first. */
  destroys?: true
  summary: string
  input: I
  output: O
  /** Status of a successful answer; 204 has no body. */
  status: 200 | 201 | 204
  /** Media type of the answer; JSON by default. */
  media?: string
  /** Expected errors in addition to those that the guards may return for every operation. */
  errors: readonly ErrorCode[]
}

export function operation<I extends z.ZodType, O extends z.ZodType>(spec: OperationSpec<I, O>): OperationSpec<I, O> {
  return spec
}
