import type { Clock } from '../../base/clock'
import type { ServedCaches } from '../../serving/caches'
import type { EngineEvent } from '../../serving/ports'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { RedisSession } from '../session'
import type { Acting } from './acting'
import type { Hearing } from './hearing'
import type { KeyTracking } from './kept'
import { keysOfCommand } from '../command-keys'
import { elsewhere } from '../executor'
import { readRedisKey, writeRedisKey } from '../keys'
import { PushAnswer } from '../reply'
import { placeOfCache, spaceOfPlace } from '../watches'
import { nameBytes } from './channels'
import { createEar } from './ear'
import { createTrackedKeys } from './tracked-keys'

/** Client-side caching: tells connections which of their keys have changed. */
export interface Invalidations {
  /** A connection has begun, or goes on in another way. */
  begin: (session: RedisSession, tracking: KeyTracking) => void
  leave: (session: RedisSession) => void
  /** Notes what a connection has read. */
  remember: (call: RedisCall, cache: ReadableCache) => void
}

interface InvalidationsParts {
  caches: Pick<ServedCaches, 'subscribe'>
  clock: Clock
  sessions: ReadonlyMap<number, RedisSession>
  hearing: Hearing
  acting: Acting
}

/** A key with the connections that have read it. */
interface ReadKey { place: string, key: string, readers: Iterable<number> }

/** On which a connection without RESP 3 is told. */
const channel = '__redis__:invalidate'
/** Milliseconds between two looks at keys whose TTL may be over. */
const lookEvery = 500

export function createInvalidations({
  caches,
  clock,
  sessions,
  hearing,
  acting,
}: InvalidationsParts): Invalidations {
  const trackers = new Set<RedisSession>()
  const keys = createTrackedKeys()
  /** What connections that track prefixes will be told at the end of the turn, by prefix. */
  const gathered = new Map<RedisSession, Map<string, Set<string>>>()
  /** Connections that were told in this turn that any key has changed. */
  const emptied = new Set<RedisSession>()
  const listen = createEar(caches, hear)
  let timer: NodeJS.Timeout | undefined

  function hear(event: EngineEvent): void {
    if (event.type === 'flushed' || event.type === 'closed') {
      keys.clear(placeOfCache(event.cache))
      for (const session of trackers) {
        if (hearing.numberOf(session, event.cache) !== undefined)
          tellAll(session)
      }
      return
    }
    const writer = acting.call?.session
    const place = placeOfCache(event.cache)
    tellReaders({ place, key: event.key, readers: keys.take(place, event.key) }, writer)
    const name = writeRedisKey(event.key).toString('latin1')
    for (const session of trackers) {
      const { prefixes = null, noLoop = false } = session.tracking ?? {}
      if (prefixes !== null && !(noLoop && session === writer) && hearing.numberOf(session, event.cache) !== undefined)
        gather(session, prefixes, name)
    }
  }

  /** FLUSHALL empties several caches at once. */
  function tellAll(session: RedisSession): void {
    if (emptied.has(session))
      return
    if (emptied.size === 0)
      queueMicrotask(() => emptied.clear())
    emptied.add(session)
    tell(session, null)
  }

  function tellReaders({ place, key, readers }: ReadKey, writer?: RedisSession): void {
    for (const id of readers) {
      const session = sessions.get(id)
      // Who has begun anew since with prefixes is told by those.
      if (session?.tracking?.prefixes !== null || (session.tracking.noLoop && session === writer))
        continue
      // It may have authenticated as somebody else.
      if (hearing.isOf(session, spaceOfPlace(place)))
        tell(session, [writeRedisKey(key)])
    }
  }

  function gather(session: RedisSession, prefixes: ReadonlySet<string>, name: string): void {
    for (const prefix of prefixes) {
      if (!name.startsWith(prefix))
        continue
      if (gathered.size === 0)
        queueMicrotask(tellGathered)
      const those = gathered.get(session) ?? new Map<string, Set<string>>()
      gathered.set(session, those)
      those.set(prefix, (those.get(prefix) ?? new Set()).add(name))
    }
  }

  function tellGathered(): void {
    const all = [...gathered]
    gathered.clear()
    for (const [session, those] of all) {
      for (const prefix of session.tracking?.prefixes ?? []) {
        const names = those.get(prefix)
        if (names !== undefined)
          tell(session, [...names].sort().map(nameBytes))
      }
    }
  }

  /** @param changed null = any */
  function tell(session: RedisSession, changed: RedisAnswer): void {
    const { tracking } = session
    if (tracking === null)
      return
    const { redirect } = tracking
    const target = redirect === 0 ? session : sessions.get(redirect)
    if (target === undefined || !hearing.areAlike(session, target)) {
      tracking.isBroken = true
      if (session.protocol === 3)
        session.push(new PushAnswer([nameBytes('tracking-redir-broken'), redirect]))
    }
    else if (target.protocol === 3) {
      target.push(new PushAnswer([nameBytes('invalidate'), changed]))
    }
    else if (redirect !== 0 && target.subscriptions !== null) {
      target.push(new PushAnswer([...['message', channel].map(nameBytes), changed]))
    }
  }

  /** Nobody reads an entry at the end of its TTL, and one with a grace stays. */
  function look(): void {
    for (const ended of keys.takeEnded(clock.wall()))
      tellReaders(ended)
  }

  return {
    begin(session, tracking) {
      session.tracking = tracking
      trackers.add(session)
      listen(true)
      timer ??= setInterval(look, lookEvery).unref()
    },
    leave(session) {
      session.tracking = null
      gathered.delete(session)
      if (!trackers.delete(session) || trackers.size > 0)
        return
      keys.clear()
      listen(false)
      clearInterval(timer)
      timer = undefined
    },
    remember(call, cache) {
      const { session, row: { spec }, principal } = call
      const { tracking } = session
      if (tracking === null || tracking.prefixes !== null || principal === null || !spec.flags.includes('readonly'))
        return
      if (tracking.choice !== null && tracking.caching !== (tracking.choice === 'in'))
        return
      const place = placeOfCache({ space: principal.userId, name: session.cache })
      const isElsewhere = elsewhere(cache.definition) !== null
      for (const bytes of keysOfCommand(spec, call.args) ?? []) {
        const key = readRedisKey(bytes)
        // Nobody here is told what changes there.
        if (isElsewhere) {
          tell(session, [bytes])
          continue
        }
        const dropped = keys.add(place, key, session.id, endOf(call, cache, key))
        if (dropped !== undefined)
          tellReaders(dropped)
      }
    },
  }

  function endOf(call: RedisCall, cache: ReadableCache, key: string): number {
    const entry = cache.peek(key, call)
    if (entry instanceof Promise || entry === undefined || entry.ttl === null || entry.stale)
      return Infinity
    return clock.wall() + entry.ttl * 1000
  }
}
