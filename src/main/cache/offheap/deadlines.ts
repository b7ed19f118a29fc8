import { createColumn } from './columns'

/**
 * When which entries may be over: a timer for eight neighbours rather than for one.
 *
 * Entries in neighbouring slots were mostly written together and end together. So a deadline is
 * kept for a group of eight slots, the earliest of theirs; when it comes, all eight are looked at
 * and the group gets its next deadline. That is at most eight looks for every deadline that was
 * ever set, at 2 bytes an entry.
 *
 * The groups lie in a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, 1990): bucket n holds those
 * whose deadline differs from the heap's time in bit n - 1 and no higher one, bucket 0 those that
 * are due. When time moves on, the buckets that it has reached are hung into bucket `waiting` as a
 * whole, and what lies there is sorted anew, a few at a time: a group sinks through at most as many
 * buckets as its deadline has bits, however far the clock jumps.
 *
 * The heap's time is the monotonic clock and every step that the wall clock was set ahead by. So it
 * runs at least as fast as the time of any entry (see lifetime.ts), and a group comes never late;
 * where it comes early, it is simply filed anew.
 */
interface Deadlines {
  /** Memory held; nothing before the first deadline. */
  bytes: () => number
  /** Slots that there may be. */
  reserve: (slots: number) => void
  /**
   * An entry in this slot ends when the monotonic clock says `end`, or the wall clock `end` +
   * `skew`.
   */
  set: (slot: number, end: number, skew: number) => void
  /** Tells the time that `next` goes by. */
  advance: (wall: number, monotonic: number) => void
  /**
   * First slot of a group whose deadline has come; the group has none then until one is set again.
   * `nothing` when none has; `notYet` when so many looks at groups did not find one.
   */
  next: (looks: number) => number
}

export const groupSize = 8
export const nothing = -1
const notYet = -2

const groupBits = 3
/**
 * 1 to 43 by the highest bit in which a deadline differs from now, and 0 for those to be looked at.
 */
const buckets = 44
const waiting = 0
/** Milliseconds; later deadlines are taken for this one, and filed anew when it comes. */
const farthest = 2 ** 43 - 1
const half = 2 ** 31

export function createDeadlines(): Deadlines {
  // Doubly linked rings. The first nodes are the buckets themselves, the group g is the node g +
  // buckets.
  const after = createColumn('u32')
  const before = createColumn('u32')
  /** Whole milliseconds of the heap's time; 0 = not filed. */
  const due = createColumn('f64')
  let wanted = 0
  let room = 0
  let now = 1
  /**
   * Sum of the steps ahead, and the offset from the monotonic to the wall clock that they have led
   * to.
   */
  let steps = 0
  let offset = Number.NaN

  function makeRoom(): void {
    const isFirst = room === 0
    room = wanted
    after.reserve(buckets + room)
    before.reserve(buckets + room)
    due.reserve(room)
    if (!isFirst)
      return
    for (let bucket = 0; bucket < buckets; bucket++)
      link(bucket, bucket)
  }

  function link(left: number, right: number): void {
    after.set(left, right)
    before.set(right, left)
  }

  function file(group: number, time: number): void {
    const bucket = time <= now ? waiting : highestDifference(time, now)
    const node = group + buckets
    due.set(group, time)
    link(before.get(bucket), node)
    link(node, bucket)
  }

  function unfile(group: number): void {
    const node = group + buckets
    link(before.get(node), after.get(node))
    due.set(group, 0)
  }

  /** Hangs all of a bucket to the end of those that wait. */
  function empty(bucket: number): void {
    const first = after.get(bucket)
    if (first === bucket)
      return
    const last = before.get(bucket)
    link(before.get(waiting), first)
    link(last, waiting)
    link(bucket, bucket)
  }

  return {
    bytes: () => after.bytes + before.bytes + due.bytes,
    reserve(slots) {
      wanted = Math.ceil(slots / groupSize)
    },
    set(slot, end, skew) {
      if (room < wanted)
        makeRoom()
      // Was the wall clock set back, the next step ahead counts from here.
      if (!(skew >= offset - 1))
        offset = skew
      const group = slot >>> groupBits
      const time = Math.max(1, Math.min(farthest, Math.ceil(end + steps)))
      const filed = due.get(group)
      if (filed !== 0 && filed <= time)
        return
      if (filed !== 0)
        unfile(group)
      file(group, time)
    },
    advance(wall, monotonic) {
      if (room === 0)
        return
      const current = wall - monotonic
      if (current > offset)
        steps += current - offset
      // The wall clock ticks in whole milliseconds: less than that is no step back.
      if (!(current <= offset && current > offset - 1))
        offset = current
      const time = Math.min(farthest, Math.floor(monotonic + steps))
      if (time <= now)
        return
      for (let bucket = highestDifference(time, now); bucket > waiting; bucket--)
        empty(bucket)
      now = time
    },
    next(looks) {
      if (room === 0)
        return nothing
      for (let left = looks; left > 0; left--) {
        const node = after.get(waiting)
        if (node === waiting)
          return nothing
        const group = node - buckets
        const time = due.get(group)
        unfile(group)
        if (time <= now)
          return group * groupSize
        file(group, time)
      }
      return notYet
    },
  }
}

/** Place, from 1, of the highest bit in which two whole numbers below 2^44 differ. */
function highestDifference(a: number, b: number): number {
  const upper = Math.floor(a / half) ^ Math.floor(b / half)
  return upper !== 0 ? 63 - Math.clz32(upper) : 32 - Math.clz32((a % half) ^ (b % half))
}
