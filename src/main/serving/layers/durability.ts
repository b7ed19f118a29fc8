import type { EntryJournal } from '../../cache/ports'
import type { Maybe } from '../maybe'
import type { Layer } from '../ports'

/**
 * For caches whose writes are answered when they are on the disk (`durability: always`). It is the
 * innermost layer. Everything that changes entries waits for the commit that has its change, which
 * it shares with all others that wait at the time. Rejects with LarderError `storage-full` if the
 * disk refuses it: then the change is in memory only.
 */
export function createDurability({ commit }: Pick<EntryJournal, 'commit'>): Layer {
  function committed<T>(result: Maybe<T>): Maybe<T> {
    if (result instanceof Promise)
      return result.then(committed<T>)
    const commits = commit()
    return commits === undefined ? result : commits.then(() => result)
  }

  return {
    applies: ({ persistent, durability }) => persistent && durability === 'always',
    wrap: next => ({
      ...next,
      set: (key, value, options, call) => committed(next.set(key, value, options, call)),
      delete: (key, ifVersion, call) => committed(next.delete(key, ifVersion, call)),
      touch: (key, ttl, ifVersion, call) => committed(next.touch(key, ttl, ifVersion, call)),
      increment: (key, by, options, call) => committed(next.increment(key, by, options, call)),
      mergePatch: (key, patch, ifVersion, call) => committed(next.mergePatch(key, patch, ifVersion, call)),
      batch: (steps, atomic, call) => committed(next.batch(steps, atomic, call)),
      flush: call => committed(next.flush(call)),
      invalidate: (selector, options, call) => committed(next.invalidate(selector, options, call)),
      dispose() {},
    }),
  }
}
