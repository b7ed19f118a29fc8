import type { EventTopic } from './events'
import type { OperationInput, OperationName, OperationOutput } from './operations'
import { z } from 'zod'
import { errorRegistry, LarderError } from './errors'
import { eventTopics } from './events'
import { Nothing } from './schemas'

/** The page's own scheme, host and origin in the desktop window: no file, no server, nothing that another page could be. */
export const appScheme = 'app'
export const appHost = 'larder'
export const appOrigin = `${appScheme}://${appHost}`

/** The process that listens on a port, as far as the operating system tells. */
const PortHolder = z.strictObject({ pid: z.int(), name: z.string() })

/** How the server behind the window fares. `trouble`: it could not start, or stopped by itself. */
const ShellStateSchema = z.discriminatedUnion('phase', [
  z.strictObject({ phase: z.literal('serving'), url: z.string().meta({ description: 'What apps under test call.' }) }),
  z.strictObject({ phase: z.literal('trouble'), message: z.string(), port: z.int().nullable().meta({ description: 'The port that is taken; null if the problem is another one.' }), holder: PortHolder.nullable() }),
])

export type ShellState = z.output<typeof ShellStateSchema>

/** What the shell itself offers to its page, beside the operation table. */
export const shellOperations = {
  /** How the server fares, once its start has come to an end. */
  'shell.state': { input: Nothing, output: ShellStateSchema },
  /** Tries to start the server again, on the port that was configured or on another; `remember` takes that one at later starts too. */
  'shell.start': { input: z.strictObject({ port: z.int('must be a whole number').min(1, 'must be 1 to 65535').max(65535, 'must be 1 to 65535').optional(), remember: z.boolean().default(false) }), output: ShellStateSchema },
  /** The events since the last call, as topic and JSON of the payload; waits while there are none. */
  'shell.events': { input: Nothing, output: z.array(z.tuple([z.enum(Object.keys(eventTopics) as EventTopic[]), z.string()])) },
} as const

export type ShellOperations = typeof shellOperations
export type ShellOperationName = keyof ShellOperations
export type ShellInput<N extends ShellOperationName> = z.input<ShellOperations[N]['input']>
export type ShellParsed<N extends ShellOperationName> = z.output<ShellOperations[N]['input']>
export type ShellOutput<N extends ShellOperationName> = z.output<ShellOperations[N]['output']>
export type EventBatch = ShellOutput<'shell.events'>

/** One channel per operation. */
export function channelOf(name: OperationName | ShellOperationName): string {
  return `larder:${name}`
}

/** Errors cross as data: an Error object loses its code on the way, and would carry a stack. */
export type WireAnswer<T> = { ok: true, value: T } | { ok: false, error: WireError }
export interface WireError extends Pick<LarderError, 'code' | 'message' | 'errors' | 'retryAfter'> {}

export function toWireError({ code, message, errors, retryAfter }: LarderError): WireError {
  return { code, message, errors, retryAfter }
}

/** The value of an answer. Throws the LarderError that stands in it. */
export function readAnswer<T>(answer: WireAnswer<T>): T {
  if (answer.ok)
    return answer.value
  const { code, message, errors, retryAfter } = answer.error
  throw new LarderError(Object.hasOwn(errorRegistry, code) ? code : 'internal', message, { ...(errors && { errors }), ...(retryAfter !== undefined && { retryAfter }) })
}

/** What the preload script exposes as `window.larder`. */
export interface LarderBridge {
  readonly operations: { readonly [N in OperationName]: (input: OperationInput<N>) => Promise<WireAnswer<OperationOutput<N>>> }
  readonly shell: {
    readonly state: () => Promise<WireAnswer<ShellOutput<'shell.state'>>>
    readonly start: (input: ShellInput<'shell.start'>) => Promise<WireAnswer<ShellOutput<'shell.start'>>>
  }
  /** Calls the listener with the JSON of each event's payload. Returns the function that ends it. */
  readonly subscribe: (topic: EventTopic, listener: (payload: string) => void) => () => void
}
