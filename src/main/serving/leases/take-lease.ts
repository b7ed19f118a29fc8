import type { MissReason } from '@shared/miss-reasons'
import type { Stopwatch } from '../../base/clock'
import type { Timer } from '../../base/timer'
import type { Access } from '../access'
import type { Maybe } from '../maybe'
import type { Call, Hit, Lookup } from '../ports'
import { LarderError } from '@shared/errors'
import { orAfter } from '../../base/timer'
import { lasting } from '../ports'

interface LeaseWish {
  /** Seconds that the lease shall hold, and that the caller waits for somebody else's value. */
  ttl: number
  wait: number
  /** Aborts when the caller is gone, to whom no lease passes any more. */
  left: AbortSignal
}

/** The value, or the right to make it. */
type LeaseResult = { hit: Hit } | { token: string, reason: MissReason | null }

export interface Leasing {
  /**
   * Reads an entry; the first who finds nothing fresh gets a lease, the others wait for what its
   * holder stores. One that runs out, or is ended without a value, passes to the next. Who has
   * waited long enough gets what is stale. Rejects with LarderError `lease-held` and what
   * `Access.open` throws.
   */
  lease: (call: Call, name: string, key: string, wish: LeaseWish) => Promise<LeaseResult>
}

interface LeasingParts { access: Pick<Access, 'open' | 'leases'>, timer: Timer, stopwatch: Stopwatch }

export function createLeasing({ access, timer, stopwatch }: LeasingParts): Leasing {
  return {
    async lease(call, name, key, { ttl, wait, left }) {
      const deadline = stopwatch.now() + wait * 1000
      // Only the first look counts as a read.
      let found = await owned(access.open(call, name, key).get(key, call))
      for (let waited = false; ; waited = true) {
        if (typeof found !== 'string' && !found.stale)
          return { hit: found }
        const { book } = access.leases(call, name)
        const lease = book.find(key)
        // Nobody would make the value, and nobody hears of this.
        if (lease === undefined && waited && left.aborted)
          throw held(1)
        // Somebody may have stored it while this one looked, which may take a source some time.
        const now = lease === undefined ? access.open(call, name).peek(key, call) : undefined
        if (now !== undefined && !(now instanceof Promise) && !now.stale)
          return { hit: lasting(now) }
        if (lease === undefined)
          return { token: book.grant(key, ttl).token, reason: typeof found === 'string' ? found : null }
        const rest = deadline - stopwatch.now()
        if (rest <= 0 && typeof found !== 'string')
          return { hit: found }
        if (rest <= 0)
          throw held(Math.ceil((lease.ends - stopwatch.now()) / 1000))
        await orAfter(timer, rest, lease.ended)
        found = await owned(access.open(call, name, key).peek(key, call))
      }
    },
  }
}

/** What comes at once is valid only until the next call, and must not wait as it is. */
async function owned(looked: Maybe<Lookup | undefined>): Promise<Lookup> {
  const found = looked instanceof Promise ? await looked : looked
  return found === undefined ? 'absent' : typeof found === 'string' ? found : lasting(found)
}

/** @param rest seconds until the lease runs out at the latest */
function held(rest: number): LarderError {
  return new LarderError(
    'lease-held',
    'Somebody else is making this value. Ask again when the lease has ended.',
    { retryAfter: Math.max(1, rest) },
  )
}
