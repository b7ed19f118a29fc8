import type { Clock } from '../base/clock'
import type { Lifetime } from './lifetime'
import type { EntryJournal } from './ports'
import type { EntryFields, StoredEntry } from './store'
import type { Work } from './work'
import { persistTimes } from './lifetime'

/** The journal of one cache: ignores all calls while the cache is not persistent. */
export interface CacheJournal {
  put: (key: string, fields: EntryFields) => void
  retime: (key: string, lifetime: Lifetime) => void
  remove: (key: string) => void
  clear: () => void
  /**
   * Starts persistence at run time. `handles` start with the next entry to be evicted: a reload
   * restores this order. Entries that are written while this work goes on are journaled separately.
   */
  begin: (handles: Iterable<number>, at: (handle: number) => StoredEntry | undefined) => Work<void>
  end: () => void
}

export function createCacheJournal(
  journal: EntryJournal,
  clock: Clock,
  cacheId: string,
  isPersistent: () => boolean,
): CacheJournal {
  function put(
    key: string,
    { value, contentType, tags, kind, flags, version }: Omit<EntryFields, 'lifetime'>,
    lifetime: Lifetime,
  ): void {
    journal.put(cacheId, {
      key,
      value,
      contentType,
      tags,
      kind,
      flags,
      version,
      ...persistTimes(lifetime, clock.wall(), clock.monotonic()),
    })
  }

  /** Counts starts and ends: work that began under an earlier number stops. */
  let period = 0

  function* putAll(
    handles: Iterable<number>,
    at: (handle: number) => StoredEntry | undefined,
    begun: number,
  ): Work<void> {
    const goesOn = (): boolean => period === begun
    for (const handle of handles) {
      while (goesOn() && journal.isBehind())
        yield
      if (!goesOn())
        return
      const entry = at(handle)
      // The journal may hold back its writes longer than an entry is valid.
      if (entry !== undefined) {
        const { key, value, contentType, tags, kind, flags, version } = entry
        put(key, { value: Buffer.from(value), contentType, tags, kind, flags, version }, entry)
      }
      yield
    }
  }

  return {
    put(key, fields) {
      if (isPersistent())
        put(key, fields, fields.lifetime)
    },
    retime(key, lifetime) {
      if (!isPersistent())
        return
      const { freshUntil, graceUntil, ttl } = persistTimes(lifetime, clock.wall(), clock.monotonic())
      journal.retime(cacheId, key, freshUntil, graceUntil, ttl)
    },
    remove(key) {
      if (isPersistent())
        journal.remove(cacheId, key)
    },
    clear() {
      if (isPersistent())
        journal.clear(cacheId)
    },
    begin(handles, at) {
      journal.clear(cacheId)
      return putAll(handles, at, ++period)
    },
    end() {
      period++
      journal.clear(cacheId)
    },
  }
}
