import type { LarderEvent } from '@shared/events'
import type { ShellState } from '@shared/ipc'
import type { OperationInput, OperationName, OperationOutput } from '@shared/operations'
import type { EventHub } from '../base/event-hub'
import type { Logger } from '../base/logger'
import type { OperationHandlers } from '../base/operation-handlers'
import type { Authenticator, Principal } from '../base/principal'
import type { PortHolder } from './port-holder'
import { LarderError, messageOf } from '@shared/errors'
import { administrators } from '@shared/events'
import { invoke } from '../base/operation-handlers'

/** The parts of a running server that the shell uses. */
export interface DesktopServer {
  /** `http://localhost:7777` */
  url: string
  handlers: OperationHandlers
  authenticator: Authenticator
  hub: EventHub
  controlToken: string
  stop: () => Promise<void>
}

/** Thrown if another process has the port. */
export class PortTaken extends Error {
  readonly port: number

  constructor(port: number, options: { cause: unknown }) {
    super(`Port ${port} is taken by another program.`, options)
    this.port = port
  }
}

export interface ServerKeeper {
  /** The state, after a start that is under way has ended. */
  settled: () => Promise<ShellState>
  /** The server, if there is one. */
  running: () => DesktopServer | undefined
  /** Runs an operation as the owner. Throws LarderError, `not-ready` while there is no server. */
  call: <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<OperationOutput<N>>
  /** Whether the owner may see the event: it is their own, or for everybody. */
  sees: (event: LarderEvent) => boolean
  /**
   * Starts the server unless it is running; on its usual port if none is given. Never throws:
   * failures become the state.
   */
  start: (port?: number) => Promise<ShellState>
  /** Stops the server after an unexpected failure, which becomes the state. */
  abandon: (error: unknown) => Promise<void>
  stop: () => Promise<void>
  /** Calls the listener after every change of the state. */
  onChange: (listener: (state: ShellState) => void) => void
}

interface ServerKeeperOptions {
  /** Throws PortTaken, or an Error with a sentence for people. */
  launch: (port: number | undefined) => Promise<DesktopServer>
  findHolder: (port: number) => Promise<PortHolder | null>
  logger: Logger
}

/**
 * Keeps the only server of the desktop app, or the reason why there is none. All starts and stops
 * run one after another.
 */
export function createServerKeeper({ launch, findHolder, logger }: ServerKeeperOptions): ServerKeeper {
  const listeners = new Set<(state: ShellState) => void>()
  let state: ShellState = trouble('The server has not been started.')
  let server: DesktopServer | undefined
  let turn: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    // The caller gets the error; the next piece of work runs regardless.
    turn = result.catch(() => {})
    return result
  }

  function become(next: ShellState): ShellState {
    state = next
    listeners.forEach(listener => listener(next))
    return next
  }

  async function troubleOf(error: unknown): Promise<ShellState> {
    const holder = error instanceof PortTaken ? await findHolder(error.port) : null
    return trouble(messageOf(error), error instanceof PortTaken ? error.port : null, holder)
  }

  function owner({ authenticator, controlToken }: DesktopServer): Principal | null {
    return authenticator.authenticate(controlToken) ?? null
  }

  async function stopServer(): Promise<void> {
    const stopping = server
    server = undefined
    await stopping?.stop()
  }

  return {
    settled: () => inTurn(async () => state),
    running: () => server,
    async call(name, input) {
      if (!server)
        throw new LarderError('not-ready', state.phase === 'trouble' ? state.message : 'The server is not running.')
      return await invoke(server.handlers, name, input, { principal: owner(server) })
    },
    // The owner is an administrator.
    sees: ({ user }) => user === null || user === administrators
      || (server !== undefined && user === owner(server)?.userId),
    start: port => inTurn(async () => {
      if (server)
        return state
      try {
        server = await launch(port)
        return become({ phase: 'serving', url: server.url })
      }
      catch (error) {
        logger.warn('the server could not start', { error: messageOf(error) })
        return become(await troubleOf(error))
      }
    }),
    abandon: error => inTurn(async () => {
      if (!server)
        return
      logger.error(
        'the server is stopped after an unexpected error',
        { error: messageOf(error), stack: error instanceof Error ? error.stack ?? null : null },
      )
      await stopServer().catch((failure: unknown) =>
        logger.error('the server did not stop cleanly', { error: messageOf(failure) }))
      become(trouble(`The server stopped unexpectedly: ${messageOf(error)}`))
    }),
    stop: () => inTurn(stopServer),
    onChange: listener => void listeners.add(listener),
  }
}

function trouble(message: string, port: number | null = null, holder: PortHolder | null = null): ShellState {
  return { phase: 'trouble', message, port, holder }
}
