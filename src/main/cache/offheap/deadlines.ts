import { createColumn } from './columns'

/**
 * Tells which entries may be over, with one timer for eight neighbours rather than one for each.
 *
 * Entries in neighbouring slots were mostly written together and end together. So one deadline is
 * kept for a group of eight slots, the earliest of theirs; when it comes, all eight are checked and
 * the group gets its next deadline. That is at most eight checks for every deadline that was ever
 * set, at 2 bytes per entry.
 *
 * The groups are in a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, 1990): bucket n holds those
 * whose deadline differs from the heap's time in bit n - 1 and no higher one, bucket 0 those that
 * are due. When time moves on, the buckets that it has reached are appended to bucket `waiting` as
 * a whole, and their groups are sorted again, a few at a time: a group sinks through at most as
 * many buckets as its deadline has bits, however far the clock jumps.
 *
 * The heap's time is the monotonic clock plus every step by which the wall clock was set ahead. So
 * it runs at least as fast as the time of any entry (see lifetime.ts), and a group is never late;
 * if it is early, it is simply filed again.
 */
interface Deadlines {
  /** Memory held; 0 before the first deadline. */
  bytes: () => number
  /** Sets how many slots there may be. */
  reserve: (slots: number) => void
  /** Gives back the memory for a page of slots that are all free, and allocates it again. */
  drop: (page: number) => void
  restore: (page: number) => void
  /**
   * Sets a deadline: the entry in this slot ends when the monotonic clock says `end`, or the wall
   * clock `end` + `skew`.
   */
  set: (slot: number, end: number, skew: number) => void
  /** Sets the time that `next` uses. */
  advance: (wall: number, monotonic: number) => void
  /**
   * Returns the first slot of a group whose deadline has come and clears that deadline. Returns
   * `nothing` if there is no such group, or `notYet` if this many looks at groups did not find one.
   */
  next: (looks: number) => number
}

export const groupSize = 8
export const nothing = -1
const notYet = -2

const groupBits = 3
/**
 * Buckets 1 to 43 by the highest bit in which a deadline differs from now, and bucket 0 for the
 * groups to be checked.
 */
const buckets = 44
const waiting = 0
/** Groups are below this number; V8 represents it as a small integer on all platforms. */
const closing = 2 ** 29
/** In milliseconds; later deadlines are replaced by this one, and filed again when it comes. */
const farthest = 2 ** 43 - 1
const half = 2 ** 31

/** @param pageBits slots per page, as a power of two; at least a group */
export function createDeadlines(pageBits = 14): Deadlines {
  const bits = pageBits - groupBits
  // Doubly linked rings of groups. Each is closed by a bucket: node `closing` + its number.
  const after = createColumn('u32', bits)
  const before = createColumn('u32', bits)
  let first = new Uint32Array(0)
  let last = new Uint32Array(0)
  /** Whole milliseconds of the heap's time; 0 = not filed. */
  const due = createColumn('f64', bits)
  let wanted = 0
  let room = 0
  let now = 1
  /** Sum of the steps ahead, and the resulting offset from the monotonic to the wall clock. */
  let steps = 0
  let offset = Number.NaN

  function makeRoom(): void {
    const isFirst = room === 0
    room = wanted
    for (const column of [after, before, due])
      column.reserve(room)
    if (!isFirst)
      return
    first = new Uint32Array(buckets)
    last = new Uint32Array(buckets)
    for (let bucket = closing; bucket < closing + buckets; bucket++)
      link(bucket, bucket)
  }

  function link(left: number, right: number): void {
    if (left < closing)
      after.set(left, right)
    else
      first[left - closing] = right
    if (right < closing)
      before.set(right, left)
    else
      last[right - closing] = left
  }

  function file(group: number, time: number): void {
    const bucket = time <= now ? waiting : highestDifference(time, now)
    due.set(group, time)
    link(last[bucket] as number, group)
    link(group, closing + bucket)
  }

  function unfile(group: number): void {
    link(before.get(group), after.get(group))
    due.set(group, 0)
  }

  /** Appends all groups of a bucket to those that wait. */
  function empty(bucket: number): void {
    const [from, to] = [first[bucket] as number, last[bucket] as number]
    if (from >= closing)
      return
    link(last[waiting] as number, from)
    link(to, closing + waiting)
    link(closing + bucket, closing + bucket)
  }

  return {
    bytes: () => after.bytes + before.bytes + due.bytes + first.byteLength + last.byteLength,
    reserve(slots) {
      wanted = Math.ceil(slots / groupSize)
    },
    drop(page) {
      const end = Math.min(room, page + 1 << bits)
      for (let group = page << bits; group < end; group++) {
        if (due.get(group) !== 0)
          unfile(group)
      }
      for (const column of [after, before, due])
        column.drop(page)
    },
    restore(page) {
      for (const column of [after, before, due])
        column.restore(page)
    },
    set(slot, end, skew) {
      if (room < wanted)
        makeRoom()
      // If the wall clock was set back, the next step ahead is measured from here.
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
      // The wall clock ticks in whole milliseconds, so less than that is not a step back.
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
        const group = first[waiting] as number
        if (group >= closing)
          return nothing
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

/** The position, from 1, of the highest bit in which two integers below 2^44 differ. */
function highestDifference(a: number, b: number): number {
  const upper = Math.floor(a / half) ^ Math.floor(b / half)
  return upper !== 0 ? 63 - Math.clz32(upper) : 32 - Math.clz32((a % half) ^ (b % half))
}
