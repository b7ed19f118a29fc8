import type { TierState } from '@shared/tier'
import type { Stopwatch } from '../../base/clock'
import type { Disposable } from '../../base/disposable'
import type { Timer } from '../../base/timer'
import type { RememberedKeys } from '../elsewhere/remembered-keys'
import type { Turns } from '../elsewhere/turns'
import type { ServedCache } from '../ports'
import type { OpenTracking } from './tracking'
import { ownCall } from '../call'
import { createTracking } from './tracking'

/** The near copies of a tier that several Larders share, kept right by what the server tells. */
export interface Tier extends Disposable {
  /** The keys whose copies may be used without asking. */
  near: RememberedKeys & {
    /** Whether there is a copy that was right when the server was last heard. */
    knew: (key: string) => boolean
  }
  state: () => TierState
  /** Listens to the server from now on. */
  start: () => void
  dispose: () => void
}

interface TierParts {
  next: ServedCache
  turns: Pick<Turns<unknown>, 'wrote'>
  open: OpenTracking
  prefix: string
  /** Copies at most. */
  most: number
  isOn: () => boolean
  stopwatch: Stopwatch
  timer: Timer
}

export function createTier({ next, turns, open, prefix, most, isOn, stopwatch, timer }: TierParts): Tier {
  const kept = new Set<string>()
  const call = ownCall(next.definition.space, 'caches.get')

  function drop(key: string): void {
    if (kept.delete(key))
      void next.drop(key, 'dropped', call)
  }

  /** All of them at once, so that none that comes afterwards can go with them. */
  function dropAll(): void {
    turns.wrote()
    for (const key of kept)
      drop(key)
  }

  function dropSome(isOne: (name: string) => boolean): void {
    turns.wrote()
    for (const key of kept) {
      if (isOne(prefix + key))
        drop(key)
    }
  }

  const tracking = createTracking({
    open,
    isOn,
    stopwatch,
    timer,
    // A load that began before is not kept: it may have read what was there before.
    changed(keys) {
      if (keys === null)
        return dropAll()
      if (typeof keys === 'function')
        return dropSome(keys)
      for (const name of keys) {
        const key = name.slice(prefix.length)
        turns.wrote(key)
        drop(key)
      }
    },
    lost: () => turns.wrote(),
  })

  return {
    near: {
      has: key => kept.has(key) && tracking.trusted && tracking.parts?.of(key).trusted !== false,
      knew: key => kept.has(key),
      add(key) {
        // Of what changes meanwhile nobody would tell.
        if (!tracking.connected || tracking.parts?.of(key).connected === false)
          return
        kept.delete(key)
        kept.add(key)
        const [oldest] = kept
        if (kept.size > most && oldest !== undefined)
          drop(oldest)
      },
      forget: key => void kept.delete(key),
      clear: () => kept.clear(),
    },
    state: () => ({ ...tracking.state(), copies: kept.size }),
    start: tracking.start,
    dispose: tracking.dispose,
  }
}
