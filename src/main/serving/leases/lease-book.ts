import type { Stopwatch } from '../../base/clock'
import type { Disposable } from '../../base/disposable'
import type { Timer } from '../../base/timer'
import { LarderError } from '@shared/errors'
import { randomSecret } from '../../base/ids'

/** The leases of one cache: who may fill which key while others wait. */
export interface LeaseBook extends Disposable {
  readonly size: number
  find: (key: string) => Lease | undefined
  /**
   * Nobody may have a lease of this key. Throws LarderError `overloaded` if there are very many.
   *
   * @param ttl seconds after which it runs out
   */
  grant: (key: string, ttl: number) => Lease
  /** Wakes all who wait for the key; they look what there is now. */
  end: (key: string) => void
  /** The same for all keys that this says. */
  endWhere: (concerns: (key: string) => boolean) => void
}

interface Lease {
  readonly token: string
  /** Milliseconds of the stopwatch at which it runs out. */
  readonly ends: number
  /** Resolves when it was fulfilled, was ended or has run out. */
  readonly ended: Promise<void>
}

/** Leases of one cache; each takes some hundred bytes, its key and a timer. */
const most = 10_000

interface LeaseBookParts {
  timer: Timer
  stopwatch: Stopwatch
  /** There are leases now where there were none, or none any more. */
  changed: () => void
}

export function createLeaseBook({ timer, stopwatch, changed }: LeaseBookParts): LeaseBook {
  const leases = new Map<string, Lease & { end: () => void }>()

  function end(key: string): void {
    const lease = leases.get(key)
    if (!lease)
      return
    leases.delete(key)
    lease.end()
    if (leases.size === 0)
      changed()
  }

  function endWhere(concerns: (key: string) => boolean): void {
    for (const key of [...leases.keys()].filter(concerns))
      end(key)
  }

  return {
    get size() {
      return leases.size
    },
    find: key => leases.get(key),
    grant(key, ttl) {
      if (leases.size >= most)
        throw new LarderError('overloaded', 'This cache has too many leases; try again shortly.', { retryAfter: 1 })
      const { promise: ended, resolve } = Promise.withResolvers<void>()
      const alarm = timer.after(ttl * 1000, () => end(key))
      const lease = {
        token: randomSecret(16),
        ends: stopwatch.now() + ttl * 1000,
        ended,
        end() {
          alarm.dispose()
          resolve()
        },
      }
      leases.set(key, lease)
      if (leases.size === 1)
        changed()
      return lease
    },
    end,
    endWhere,
    dispose: () => endWhere(() => true),
  }
}
