import type { z } from 'zod'
import type { backendFormats } from '../backend-settings'
import type { FieldError } from '../errors'

/** What a field of a connection holds. A list is what a driver calls several hosts. */
export type FieldValue = string | readonly string[]

/** How a field is written and shown. */
type FieldKind
  = | { kind: 'text' | 'url' | 'folder' | 'list' }
    /** Text of several lines. */
    | { kind: 'lines' }
    /** Kept in the vault, and never told to anybody. */
    | { kind: 'secret' }
    /** Text in PEM form; the command line reads it from a file. */
    | { kind: 'certificate' }
    | { kind: 'choice', choices: Readonly<Record<string, string>> }

/** One field of a driver: all that API, command line, console and storage know about it. */
export type ConnectionField = FieldKind & {
  /** Its issues are whole sentences for people. */
  schema: z.ZodType<FieldValue, FieldValue>
  required?: true
  label: string
  /** A sentence without its full stop. */
  hint: string
  example?: string
  /** It means something only beside one of these choices of another field. */
  when?: { field: string, among: readonly string[] }
}

/** The fields of one connection, without those that are not set. */
export type FieldValues = Readonly<Record<string, FieldValue>>

/** A technology that connections lead to. */
export interface DriverRow {
  label: string
  /** A sentence without its full stop: what can be reached by it. */
  hint: string
  /** None is called name, driver, offered or write, or as what is told of each connection. */
  fields: Readonly<Record<string, ConnectionField>>
  /** Scheme, host and port, or what stands for them: secrets are sent to this place alone. */
  place: (values: FieldValues) => string
  /**
   * Takes a secret out of other fields, such as a password out of a URL. Gets what somebody wrote,
   * unchecked. Throws LarderError `invalid-input`.
   */
  separate?: (given: Readonly<Record<string, unknown>>) => Record<string, unknown>
  /** What is wrong with fields that are right by themselves. */
  check?: (values: FieldValues) => FieldError | null
  /** Values can only be read there: no write-through, and no backend. */
  readOnly?: true
  /** What it can be as the backend of a cache; missing if it is read only. */
  backend?: {
    formats: readonly (keyof typeof backendFormats)[]
    /** It tells of changes, so that several Larders can share what is there. */
    tells?: true
  }
  /** How an environment variable writes such a connection: as a URL with one of these schemes. */
  schemes: readonly string[]
  fromUrl: (url: string) => Record<string, unknown>
}
