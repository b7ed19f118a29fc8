import type { z } from 'zod'
import type { ErrorCode } from '../errors'

/**
 * The table of operations: every management operation once. HTTP admin routes, IPC channels, the
 * OpenAPI document and the typed client are all derived from it.
 */
export interface OperationSpec<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /**
   * Path with `{name}` for the input fields that travel in it; the others travel in the query (GET,
   * DELETE) or the body.
   */
  path: string
  /** Scope that the credential needs; `open`: none at all; `any`: any valid credential. */
  scope: 'open' | 'any' | 'read' | 'write' | 'admin'
  /**
   * `own`: acts on the caller's own things. `server`: concerns everybody, so the caller must be an
   * administrator.
   */
  reach: 'own' | 'server'
  /** Whether it changes state; decides the cross-origin guard, whatever the verb. */
  mutates: boolean
  summary: string
  input: I
  output: O
  /** Status of success; 204 answers no body. */
  status: 200 | 201 | 204
  /** Media type of the answer, JSON unless said. */
  media?: string
  /** Expected errors beyond those that the guards give to every operation. */
  errors: readonly ErrorCode[]
}

export function operation<I extends z.ZodType, O extends z.ZodType>(spec: OperationSpec<I, O>): OperationSpec<I, O> {
  return spec
}
