import type { Turns } from '../elsewhere/turns'
import type { Call, ServedCache } from '../ports'
import type { Brought } from './keeping'
import type { Writing } from './writing'

/**
 * Writes that stay in the cache. One that depends on what is there loads it first, as a reader
 * would.
 *
 * @param ensure sees to it that a fresh entry is held if the source has one
 */
export function createLocalWrites(
  next: ServedCache,
  turns: Pick<Turns<Brought>, 'wrote'>,
  ensure: (key: string, call: Call) => Promise<void>,
): Writing {
  /** To be called right before the write, which then happens at once. */
  function began<T>(key: string, work: () => T): T {
    turns.wrote(key)
    return work()
  }

  return {
    async set(key, value, options = {}, call) {
      if (options.ifAbsent === true || options.ifVersion !== undefined || options.keepTimes === true)
        await ensure(key, call)
      return began(key, () => next.set(key, value, options, call))
    },
    async delete(key, ifVersion, call) {
      if (ifVersion !== undefined)
        await ensure(key, call)
      return began(key, () => next.delete(key, ifVersion, call))
    },
    touch: next.touch,
    async increment(key, by, options, call) {
      await ensure(key, call)
      return began(key, () => next.increment(key, by, options, call))
    },
    async mergePatch(key, patch, ifVersion, call) {
      await ensure(key, call)
      return began(key, () => next.mergePatch(key, patch, ifVersion, call))
    },
  }
}
