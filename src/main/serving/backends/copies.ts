import type { RemovalName } from '@shared/miss-reasons'
import type { RememberedKeys } from '../elsewhere/remembered-keys'
import type { LoadRun } from '../elsewhere/turns'
import type { Call, Hit, LayerContext, Lookup, Peek, ServedCache, WriteOptions } from '../ports'
import type { KeptEntry } from './kept-entry'
import type { Tier } from './tier'
import { lasting } from '../ports'
import { isStale } from './kept-entry'

/**
 * The copies here of entries at the backend. They are in the engine, which bounds, counts and lists
 * them; whether one may be used without asking the backend is known for as long as the near TTL.
 */
export interface Copies {
  /** Counts the read of a copy that may be used; undefined if there is none. */
  useNear: (key: string, call: Call) => Hit | undefined
  /** The same without counting it. */
  peekNear: (key: string, call: Call) => Peek | undefined
  /**
   * Keeps what the backend has, undefined = nothing, unless something was written since the run
   * began.
   */
  keep: (key: string, entry: KeptEntry | undefined, call: Call, run: LoadRun) => Promise<void>
  /**
   * A copy that was right when the server was last heard, for when it is gone; undefined if there
   * is none. It counts as stale.
   */
  useLast: (key: string, call: Call) => Promise<Hit | undefined>
  /** What a write has left: the copy here follows it. */
  follow: (key: string, entry: KeptEntry, call: Call, run: LoadRun) => Promise<void>
  /** Counts a read that the backend has answered, and returns its result. */
  count: (key: string, entry: KeptEntry | undefined, call: Call) => Promise<Lookup>
  /** From now on the backend is asked for this key, or for every key. */
  doubt: (key?: string) => void
  /** @param why what became of it at the backend, as far as it is known */
  drop: (key: string, why: RemovalName, call: Call) => Promise<void>
}

/**
 * @param near the keys whose copies may be used
 * @param tier that of `near`, if several Larders share it: then only reads make copies
 */
export function createCopies(
  next: ServedCache,
  near: RememberedKeys,
  tier: Tier | null,
  recordHit: LayerContext['recordHit'],
): Copies {
  function peekNear(key: string, call: Call): Peek | undefined {
    const held = near.has(key) ? next.peek(key, call) : undefined
    return held instanceof Promise ? undefined : held
  }

  async function drop(key: string, why: RemovalName, call: Call): Promise<void> {
    near.forget(key)
    await next.drop(key, why, call)
  }

  /** The backend has it no more, and nobody here took it away. */
  async function miss(key: string, call: Call): Promise<void> {
    const held = await next.peek(key, call)
    await drop(key, held !== undefined && isAtItsEnd(held) ? 'expired' : 'dropped', call)
  }

  async function put(key: string, entry: KeptEntry, call: Call, run: LoadRun): Promise<void> {
    const held = await next.peek(key, call)
    if (!run.current)
      return
    if (held !== undefined && isSame(held, entry))
      return near.add(key)
    const options = copyOptions(entry)
    await next.roomFor(entry.value.length, key, options, call)
    if (!run.current)
      return
    const { outcome } = await next.set(key, entry.value, options, call)
    if (outcome === 'too-large')
      await drop(key, 'dropped', call)
    else if (run.current)
      near.add(key)
  }

  async function keep(key: string, entry: KeptEntry | undefined, call: Call, run: LoadRun): Promise<void> {
    if (!run.current)
      return
    if (entry === undefined)
      await miss(key, call)
    else
      await put(key, entry, call, run)
  }

  return {
    peekNear,
    drop,
    doubt: key => key === undefined ? near.clear() : near.forget(key),
    useNear(key, call) {
      const found = near.has(key) ? next.getHeld(key, call) : undefined
      return found instanceof Promise ? undefined : found
    },
    keep,
    follow: (key, entry, call, run) =>
      tier === null && run.current ? keep(key, entry, call, run) : drop(key, 'dropped', call),
    async useLast(key, call) {
      const found = tier?.near.knew(key) === true ? await next.get(key, call) : undefined
      return found === undefined || typeof found === 'string' ? undefined : { ...lasting(found), stale: true }
    },
    async count(key, entry, call) {
      // A change of it may have overtaken the read, so that no copy was kept.
      if (entry !== undefined && await next.peek(key, call) === undefined) {
        recordHit(isStale(entry))
        return hitOfEntry(entry)
      }
      const counted = await next.get(key, call)
      if (entry === undefined)
        return typeof counted === 'string' ? counted : 'absent'
      const isIt = typeof counted !== 'string' && counted.version === entry.version
      return isIt ? { ...counted, value: entry.value } : hitOfEntry(entry)
    },
  }
}

/** An entry that is not held here. */
export function hitOfEntry(entry: KeptEntry): Hit & Peek {
  return { ...entry, stale: isStale(entry), hits: 0 }
}

function copyOptions({ version, age, ...entry }: KeptEntry): WriteOptions {
  const { contentType, tags, kind, flags, ttl, givenTtl, grace, givenGrace } = entry
  return { contentType, tags, kind, flags, ttl, givenTtl, grace, givenGrace, original: { version, age } }
}

/** Clocks, and the server's lives, are never exactly equal. */
const tolerance = 1

/** Whether its server may have let it go by now. */
function isAtItsEnd({ ttl, grace }: Peek): boolean {
  return ttl !== null && ttl + grace <= tolerance
}

/** Another Larder may draw the same version in the same millisecond, so that the bytes decide. */
function isSame(held: Peek, entry: KeptEntry): boolean {
  const sameTtl = held.ttl === null || entry.ttl === null
    ? held.ttl === entry.ttl
    : Math.abs(held.ttl - entry.ttl) < tolerance
  return held.version === entry.version && sameTtl && held.contentType === entry.contentType
    && held.value.equals(entry.value)
}
