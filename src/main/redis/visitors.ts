import type { RedisOffMode } from '@shared/redis/off-modes'
import type { Socket } from 'node:net'
import type { Outflow } from '../base/answers/outflow'
import type { RealClock, Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { InFlight } from '../base/in-flight'
import type { Logger } from '../base/logger'
import type { OperationHandlers } from '../base/operation-handlers'
import type { Authenticator } from '../base/principal'
import type { RedisClients } from '../base/redis-clients'
import type { ServedCaches } from '../serving/caches'
import type { Serving } from '../serving/serving'
import type { Dispatcher } from './dispatcher'
import type { RunLines } from './line-runner'
import type { Acting } from './pushes/acting'
import type { RedisSession } from './session'
import { createOutflow } from '../base/answers/outflow'
import { randomSecret } from '../base/ids'
import { createCacheTurns } from './cache-turns'
import { createClientBook } from './client-book'
import { createCommandTable } from './command-table'
import { createConnection } from './connection'
import { createDatabases } from './databases'
import { createDispatcher } from './dispatcher'
import { createExecutor } from './executor'
import { endWatch } from './handlers/connection'
import { createLineRunner } from './line-runner'
import { createOff } from './off'
import { createChannels } from './pushes/channels'
import { createHearing } from './pushes/hearing'
import { createInvalidations } from './pushes/invalidations'
import { createMonitors } from './pushes/monitors'
import { createKeyNotices } from './pushes/notices'
import { RedisCall } from './redis-call'
import { createScans } from './scans'
import { createSession } from './session'
import { createSignOn } from './sign-on'
import { resetConnection } from './unix-socket'
import { createUnknownCommands } from './unknown-commands'
import { createWatches } from './watches'

export interface VisitorsParts {
  handlers: Pick<OperationHandlers, 'caches.create'>
  serving: Serving
  caches: Pick<ServedCaches, 'enabled' | 'find' | 'subscribe' | 'budget'>
  settings: { redisOff: () => RedisOffMode }
  authenticator: Authenticator
  inFlight: InFlight
  clock: RealClock
  stopwatch: Stopwatch
  logger: Logger
  valueLimit: () => number
  version: string
  /** The port that this face listens on. */
  port: () => number
  /** Milliseconds for which a client may be without a key. */
  unknownMost: number
}

/** The connections to this face, with all that answers them. */
export interface Visitors extends Disposable, RedisClients {
  welcome: (socket: Socket) => void
  /** To be called when a switch was moved, or what it means: ends or silences connections. */
  followSwitches: () => void
  /** Runs what a person types in the console. */
  runLines: RunLines
}

/** Milliseconds between looks at all connections. */
const lookEvery = 500
/** Characters of `run_id`. */
const runIdLength = 40

export function createVisitors(parts: VisitorsParts): Visitors {
  const { serving, caches, authenticator, inFlight, clock, stopwatch, logger, valueLimit, version, port } = parts
  const sessions = new Map<number, RedisSession>()
  const sockets = new Map<RedisSession, Socket>()
  const signOn = createSignOn(authenticator)
  const databases = createDatabases({ serving, caches, handlers: parts.handlers })
  const off = createOff({ caches, redisOff: parts.settings.redisOff })
  const unknown = createUnknownCommands(clock)
  const book = createClientBook({ sessions, signOn, clock, stopwatch })
  const hearing = createHearing(signOn)
  const acting: Acting = { call: null }
  const notices = createKeyNotices({ caches, hearing, acting })
  const channels = createChannels(hearing, notices.moved)
  const invalidations = createInvalidations({ caches, clock, sessions, hearing, acting })
  const monitors = createMonitors({ signOn, hearing, clock })
  const turns = createCacheTurns()
  const { remember } = invalidations
  const watches = createWatches(caches)
  const scans = createScans()
  const outflow: Outflow = createOutflow({ stopwatch, inFlight })
  const runId = randomSecret(runIdLength).toLowerCase().slice(0, runIdLength)
  const dispatcher = createCommands(serving.finish)
  const behind = { dispatcher, signOn, outflow, inFlight, valueLimit, logger }
  let last = 0
  let timer: NodeJS.Timeout | undefined

  /** All that runs commands. `finish` notes them. */
  function createCommands(finish: Serving['finish']): Dispatcher {
    const executor = createExecutor({
      serving: { ...serving, finish },
      databases,
      off,
      turns,
      logger,
      acting,
      remember,
    })
    const table = createCommandTable({
      serving,
      clock,
      stopwatch,
      databases,
      signOn,
      off,
      scans,
      watches,
      leave,
      channels,
      invalidations,
      monitors,
      turns,
      sessions,
      valueLimit,
      version,
      runId,
      port,
      budget: () => caches.budget,
      run({ session }, { name, words }, hasTurn) {
        const row = table.get(name)
        if (row === undefined)
          throw new Error('A transaction has a command that there is not')
        // The command before may have authenticated as somebody else.
        const call = new RedisCall(session, signOn.principalOf(session), row, words, stopwatch.now())
        call.inTransaction = true
        call.hasTurn = hasTurn
        const answer = executor.execute(call)
        if (monitors.any)
          monitors.show(call)
        return answer
      },
    })
    const noteUnknown = unknown.note
    return createDispatcher({
      table,
      executor,
      signOn,
      databases,
      stopwatch,
      valueLimit,
      noteUnknown,
      monitors,
    })
  }

  const runLines = createLineRunner({
    dispatcherFor: finished => createCommands((call, ...rest) => {
      serving.finish(call, ...rest)
      finished(call)
    }),
    databases,
    valueLimit,
    clock,
    open: () => createSession({
      id: ++last,
      address: '',
      localAddress: '',
      since: stopwatch.now(),
      close() {},
      reset() {},
      push() {},
    }),
    close: leave,
  })

  /** Ends all that a connection has under way. */
  function leave(session: RedisSession): void {
    endWatch(session, watches)
    channels.leave(session)
    invalidations.leave(session)
    monitors.leave(session)
  }

  /** Cuts off whose key is gone, and who has shown none for long. */
  function look(): void {
    const now = stopwatch.now()
    for (const [session, socket] of sockets) {
      const isUnknown = session.replies !== 'hung' && signOn.principalOf(session) === null
      if ((isUnknown && now - session.since > parts.unknownMost) || !signOn.stillHolds(session))
        socket.destroy()
    }
    book.sample()
  }

  return {
    clients: book.clients,
    load: book.load,
    disconnect(reader, id) {
      const session = book.find(reader, id)
      session?.close()
      return session !== undefined
    },
    unknown: unknown.of,
    followSwitches() {
      const all = off.ofAll()
      for (const session of sessions.values())
        follow(session, all, off.of(session, signOn.principalOf(session)))
    },
    runLines,
    welcome(socket) {
      const session = createSession({
        id: ++last,
        address: placeOf(socket.remoteAddress, socket.remotePort),
        localAddress: placeOf(socket.localAddress, socket.localPort),
        since: stopwatch.now(),
        close: () => socket.destroy(),
        reset: () => resetConnection(socket),
        push: value => connection.push(value),
      })
      if (off.ofAll() === 'hang')
        session.replies = 'hung'
      const connection = createConnection(socket, session, behind)
      sessions.set(session.id, session)
      sockets.set(session, socket)
      timer ??= setInterval(look, lookEvery).unref()
      socket.setNoDelay(true)
      socket.on('data', connection.take)
      socket.on('end', connection.end)
      // 'close' follows.
      socket.on('error', () => socket.destroy())
      socket.once('close', () => {
        leave(session)
        sessions.delete(session.id)
        sockets.delete(session)
        if (sockets.size > 0)
          return
        clearInterval(timer)
        timer = undefined
      })
    },
    dispose() {
      clearInterval(timer)
      for (const socket of sockets.values())
        socket.destroy()
      void outflow.dispose()
    },
  }
}

/** Shows a connection what all see while caching is off, and ends it once it is on again. */
function follow(session: RedisSession, all: RedisOffMode | null, own: RedisOffMode | null): void {
  const isOver = session.replies === 'hung' && all !== 'hang' && own !== 'hang'
  if (all === 'refuse' || isOver)
    session.reset()
  else if (all === 'hang')
    session.replies = 'hung'
}

function placeOf(address = '', port = 0): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}
