import type { ClientInfo } from '@shared/clients'
import type { Clock, Stopwatch } from '../base/clock'
import type { ClientReader } from '../base/redis-clients'
import type { RedisSession } from './session'
import type { SignOn } from './sign-on'
import { isoTime } from '@shared/moment'
import { shownCommand } from '@shared/redis/commands'
import { isAdministrator } from '../base/principal'

/** What people see of the connections. */
interface ClientBook {
  clients: (reader: ClientReader) => ClientInfo[]
  load: (reader: ClientReader) => { clients: number, perSecond: number }
  /** Undefined if the reader sees none of this id. */
  find: (reader: ClientReader, id: string) => RedisSession | undefined
  /** Notes how many commands each has sent; to be called every so often. */
  sample: () => void
}

interface ClientBookParts {
  sessions: ReadonlyMap<number, RedisSession>
  signOn: Pick<SignOn, 'principalOf'>
  clock: Pick<Clock, 'wall'>
  stopwatch: Stopwatch
}

interface Sample { at: number, commands: number }

/** Milliseconds over which a rate is a mean. */
const rateOver = 10_000

export function createClientBook({ sessions, signOn, clock, stopwatch }: ClientBookParts): ClientBook {
  const samples = new WeakMap<RedisSession, Sample[]>()

  function sees(reader: ClientReader, session: RedisSession): boolean {
    if (isAdministrator(reader))
      return true
    return signOn.principalOf(session)?.userId === reader.userId
      && (reader.caches === null || reader.caches.has(session.cache))
  }

  function rateOf(session: RedisSession, now: number): number {
    const { at, commands } = samples.get(session)?.[0] ?? { at: session.since, commands: 0 }
    return now === at ? 0 : (session.commands - commands) / (now - at) * 1000
  }

  function describe(session: RedisSession): ClientInfo {
    const now = stopwatch.now()
    const principal = signOn.principalOf(session)
    const { id, address, name, library, libraryVersion, cache, protocol, since, lastUsed, commands } = session
    return {
      id: String(id),
      address,
      name: name === '' ? null : name,
      library: library === '' ? null : `${library} ${libraryVersion}`.trimEnd(),
      cache,
      userId: principal?.userId ?? null,
      keyId: principal?.keyId ?? null,
      protocol: `RESP ${protocol}`,
      since: isoTime(clock.wall() - (now - since)),
      idle: Math.max(0, now - lastUsed) / 1000,
      commands,
      perSecond: Math.round(rateOf(session, now) * 10) / 10,
      lastCommand: shownCommand(session.lastCommand),
    }
  }

  return {
    clients: reader => [...sessions.values()].filter(session => sees(reader, session)).map(describe),
    load(reader) {
      const now = stopwatch.now()
      const seen = [...sessions.values()].filter(session => sees(reader, session))
      return { clients: seen.length, perSecond: seen.reduce((sum, session) => sum + rateOf(session, now), 0) }
    },
    find(reader, id) {
      const session = sessions.get(Number(id))
      return session !== undefined && sees(reader, session) ? session : undefined
    },
    sample() {
      const at = stopwatch.now()
      for (const session of sessions.values()) {
        const kept = samples.get(session) ?? [{ at: session.since, commands: 0 }]
        kept.push({ at, commands: session.commands })
        // The first is the last one that is old enough.
        while (kept[1] !== undefined && at - kept[1].at >= rateOver)
          kept.shift()
        samples.set(session, kept)
      }
    },
  }
}
