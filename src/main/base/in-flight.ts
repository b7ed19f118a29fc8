import { LarderError } from '@shared/errors'

/**
 * Memory that requests hold in addition to the caches: data being read in, built, or waiting to be
 * sent. All faces are counted here, so that together they stay within one budget, whatever clients
 * send or leave unread.
 *
 * When the budget is exceeded, the worst holder is dropped: of the user who holds most, the
 * credential that holds most, and of that credential the connection that holds most, however many
 * there are. A user with little in flight is never refused because of another user.
 */
export interface InFlight {
  /** Bytes held now. */
  readonly bytes: number
  /** The most bytes that all holds together may reach. */
  readonly budget: number
  /**
   * Starts to count something that belongs to `caller`: a credential, or one shared object for all
   * callers without a credential.
   *
   * @param drop frees the memory at once, and must not throw; called when this is the worst holder
   *   and another needs room
   */
  hold: (caller: object, drop: () => void) => Hold
}

export interface Hold {
  /** Bytes charged to this hold now. */
  readonly bytes: number
  /**
   * Returns whether the hold may have this many bytes from now on. False: it is the worst holder
   * itself, and keeps its previous size.
   */
  resize: (bytes: number) => boolean
  /**
   * Returns whether the hold may also keep this memory alive, which other holds may share: it
   * counts once. A hold can share one memory at a time. False as for `resize`.
   */
  share: (memory: ArrayBufferLike) => boolean
  /** Ends the hold for good. May be called twice. */
  release: () => void
}

interface Holder {
  readonly caller: object
  readonly drop: () => void
  /** Its own bytes, plus the shared memory if this holder is charged for it. */
  bytes: number
  own: number
  shared: ArrayBufferLike | null
  released: boolean
}

/** The key with the largest number; the first one among equals. */
function heaviest<T>(numbers: ReadonlyMap<T, number>): T | undefined {
  let found: T | undefined
  let most = -Infinity
  for (const [one, number] of numbers) {
    if (number > most) {
      found = one
      most = number
    }
  }
  return found
}

/**
 * @param budget called each time, because it follows settings
 * @param userOf returns the user that a caller's credential belongs to: more credentials do not
 *   allow a user to hold more
 */
export function createInFlight(budget: () => number, userOf: (caller: object) => unknown = caller => caller): InFlight {
  const callers = new Map<object, { bytes: number, holders: Set<Holder> }>()
  /** The holders that keep shared memory alive; the first one is charged. */
  const sharers = new Map<ArrayBufferLike, Set<Holder>>()
  let total = 0

  function charge(holder: Holder, bytes: number): void {
    if (bytes === 0)
      return
    let group = callers.get(holder.caller)
    if (!group)
      callers.set(holder.caller, group = { bytes: 0, holders: new Set() })
    holder.bytes += bytes
    group.bytes += bytes
    total += bytes
    if (holder.bytes > 0)
      group.holders.add(holder)
    else
      group.holders.delete(holder)
    if (group.holders.size === 0)
      callers.delete(holder.caller)
  }

  function unshare(holder: Holder): void {
    const memory = holder.shared
    const all = memory && sharers.get(memory)
    if (!memory || !all)
      return
    const [charged] = all
    all.delete(holder)
    holder.shared = null
    if (charged === holder)
      charge(holder, -memory.byteLength)
    const [next] = all
    if (next === undefined)
      sharers.delete(memory)
    else if (charged === holder)
      charge(next, memory.byteLength)
  }

  function release(holder: Holder): void {
    holder.released = true
    unshare(holder)
    charge(holder, -holder.own)
    holder.own = 0
  }

  /** The holder that has to go so that `asking` may have `more`; possibly `asking` itself. */
  function worst(asking: Holder, more: number): Holder {
    const own = userOf(asking.caller)
    const users = new Map([[own, more]])
    for (const [caller, { bytes }] of callers)
      users.set(userOf(caller), (users.get(userOf(caller)) ?? 0) + bytes)
    const user = heaviest(users)

    const credentials = new Map(user === own ? [[asking.caller, more]] : [])
    for (const [caller, { bytes }] of callers) {
      if (userOf(caller) === user)
        credentials.set(caller, (credentials.get(caller) ?? 0) + bytes)
    }
    const caller = heaviest(credentials)

    const holders = new Map(caller === asking.caller ? [[asking, more]] : [])
    for (const holder of callers.get(caller ?? asking)?.holders ?? [])
      holders.set(holder, (holders.get(holder) ?? 0) + holder.bytes)
    return heaviest(holders) ?? asking
  }

  function makeRoom(asking: Holder, more: number): boolean {
    if (more <= 0)
      return !asking.released
    while (total + more > budget()) {
      const victim = worst(asking, more)
      if (victim === asking)
        return false
      release(victim)
      victim.drop()
    }
    return !asking.released
  }

  return {
    get bytes() {
      return total
    },
    get budget() {
      return budget()
    },
    hold(caller, drop) {
      const holder: Holder = { caller, drop, bytes: 0, own: 0, shared: null, released: false }
      return {
        get bytes() {
          return holder.bytes
        },
        resize(bytes) {
          const more = bytes - holder.own
          if (holder.released || !makeRoom(holder, more))
            return false
          holder.own = bytes
          charge(holder, more)
          return true
        },
        share(memory) {
          if (holder.shared === memory)
            return true
          unshare(holder)
          const known = sharers.get(memory)
          if (holder.released || (!known && !makeRoom(holder, memory.byteLength)))
            return false
          holder.shared = memory
          if (known) {
            known.add(holder)
          }
          else {
            sharers.set(memory, new Set([holder]))
            charge(holder, memory.byteLength)
          }
          return true
        },
        release: () => release(holder),
      }
    },
  }
}

/** The error for a request that finds no room. */
export function overloaded(): LarderError {
  return new LarderError(
    'overloaded',
    'Too many bytes are in flight on this server. Try again in a moment.',
    { retryAfter: 1 },
  )
}
