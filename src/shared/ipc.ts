import type { EventTopic } from './events'
import type { OperationInput, OperationName, OperationOutput } from './operations'
import { z } from 'zod'
import { errorRegistry, LarderError } from './errors'
import { eventTopics } from './events'
import { Nothing } from './schemas'
import { Diagnostics } from './server-log'

/**
 * Scheme, host and origin of the page in the desktop window: neither a file nor a server, and
 * nothing that another page could have.
 */
export const appScheme = 'app'
export const appHost = 'larder'
export const appOrigin = `${appScheme}://${appHost}`

/** The process that listens on a port, as far as the operating system can tell. */
const PortHolder = z.strictObject({ pid: z.int(), name: z.string() })

/** State of the server behind the window. `trouble`: it could not start, or stopped on its own. */
const ShellStateSchema = z.discriminatedUnion('phase', [
  z.strictObject({ phase: z.literal('serving'), url: z.string().meta({ description: 'What apps under test call.' }) }),
  z.strictObject({
    phase: z.literal('trouble'),
    message: z.string(),
    port: z.int().nullable().meta({ description: 'The port that is taken; null when the trouble is another.' }),
    holder: PortHolder.nullable(),
  }),
])

export type ShellState = z.output<typeof ShellStateSchema>

/** Operations that the shell itself offers to its page, in addition to the operation table. */
export const shellOperations = {
  /** State of the server, as soon as its start has succeeded or failed. */
  'shell.state': { input: Nothing, output: ShellStateSchema },
  /**
   * Tries to start the server again, on the configured port or on another; `remember` keeps that
   * port for later starts.
   */
  'shell.start': {
    input: z.strictObject({
      port: z.int('must be a whole number').min(1, 'must be 1 to 65535').max(65535, 'must be 1 to 65535').optional(),
      remember: z.boolean().default(false),
    }),
    output: ShellStateSchema,
  },
  /** A text for a report while the server does not run. */
  'shell.diagnostics': { input: Nothing, output: Diagnostics },
  /** The events since the last call, as topic and JSON of the payload; waits if there are none. */
  'shell.events': {
    input: Nothing,
    output: z.array(z.tuple([z.enum(Object.keys(eventTopics) as EventTopic[]), z.string()])),
  },
} as const

type ShellOperations = typeof shellOperations
export type ShellOperationName = keyof ShellOperations
type ShellInput<N extends ShellOperationName> = z.input<ShellOperations[N]['input']>
export type ShellParsed<N extends ShellOperationName> = z.output<ShellOperations[N]['input']>
export type ShellOutput<N extends ShellOperationName> = z.output<ShellOperations[N]['output']>
export type EventBatch = ShellOutput<'shell.events'>

/** One channel per operation. */
export function channelOf(name: OperationName | ShellOperationName): string {
  return `larder:${name}`
}

/**
 * Errors are sent as data: an Error object would lose its code on the way, and would include a
 * stack.
 */
export type WireAnswer<T> = { ok: true, value: T } | { ok: false, error: WireError }
interface WireError extends Pick<LarderError, 'code' | 'message' | 'errors' | 'retryAfter'> {}

export function toWireError({ code, message, errors, retryAfter }: LarderError): WireError {
  return { code, message, errors, retryAfter }
}

/** Returns the value of an answer, or throws the LarderError that it contains. */
export function readAnswer<T>(answer: WireAnswer<T>): T {
  if (answer.ok)
    return answer.value
  const { code, message, errors, retryAfter } = answer.error
  throw new LarderError(
    Object.hasOwn(errorRegistry, code) ? code : 'internal',
    message,
    { ...(errors && { errors }), ...(retryAfter !== undefined && { retryAfter }) },
  )
}

/** The object that the preload script exposes as `window.larder`. */
export interface LarderBridge {
  readonly operations: {
    readonly [N in OperationName]: (input: OperationInput<N>) => Promise<WireAnswer<OperationOutput<N>>>
  }
  readonly shell: {
    readonly state: () => Promise<WireAnswer<ShellOutput<'shell.state'>>>
    readonly diagnostics: () => Promise<WireAnswer<ShellOutput<'shell.diagnostics'>>>
    readonly start: (input: ShellInput<'shell.start'>) => Promise<WireAnswer<ShellOutput<'shell.start'>>>
  }
  /**
   * Calls the listener with the JSON of each event's payload. Returns a function that ends the
   * subscription.
   */
  readonly subscribe: (topic: EventTopic, listener: (payload: string) => void) => () => void
}
