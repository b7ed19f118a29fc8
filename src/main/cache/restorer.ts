import type { Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Restoration } from './restoration'

interface Restorer extends Disposable {
  /** Goes on with it until it is over. */
  add: (restoration: Restoration) => void
}

interface RestorerParts {
  stopwatch: Stopwatch
  /** How many calls have been answered since the start: while it grows, others need the time. */
  answered: () => number
  /** Receives what a step threw; that restoration is over then. */
  failed: (error: unknown) => void
}

/** Entries of a step, and milliseconds of a slice, while nobody else has work. */
const idle = { entries: 64, longest: 2 }
/** The same while calls are answered: a twentieth of the time, so that none of them notices. */
const busy = { entries: 12, pause: 1, shortest: 0.05 }
/** Slices without a call after which the calls count as ended. */
const patience = 20

/**
 * Brings back the entries of all caches in turns: as fast as possible while the server has nothing
 * else to do, and hardly noticeably while it answers calls. After a pause of the calls the slices
 * grow slowly, so that the first call of the next burst does not wait for a long one.
 */
export function createRestorer({ stopwatch, answered, failed }: RestorerParts): Restorer {
  const waiting: Restoration[] = []
  /** Those whose next entries are being read. */
  const reading = new Set<Restoration>()
  let next: { cancel: () => void } | null = null
  let longest: number = idle.longest
  /** Slices that are still run with pauses. */
  let careful = 0
  let seen = answered()

  /** Goes on with a restoration when its next entries have been read. */
  async function read(restoration: Restoration, more: Promise<void>): Promise<void> {
    reading.add(restoration)
    try {
      await more
      if (reading.has(restoration))
        add(restoration)
    }
    catch (error) {
      fail(restoration, error)
    }
    reading.delete(restoration)
  }

  function fail(restoration: Restoration, error: unknown): void {
    restoration.stop()
    failed(error)
  }

  function add(restoration: Restoration): void {
    waiting.push(restoration)
    schedule()
  }

  /** One step of the restoration whose turn it is. */
  function step(entries: number): void {
    const restoration = waiting.shift()
    if (restoration === undefined)
      return
    try {
      const more = restoration.step(entries)
      if (more === true)
        waiting.push(restoration)
      else if (more !== false)
        void read(restoration, more)
    }
    catch (error) {
      fail(restoration, error)
    }
  }

  function slice(): void {
    next = null
    const begun = stopwatch.now()
    if (answered() !== seen) {
      seen = answered()
      careful = patience
      longest = busy.shortest
    }
    if (careful > 0) {
      careful--
      step(busy.entries)
    }
    else {
      do
        step(idle.entries)
      while (waiting.length > 0 && stopwatch.now() - begun < longest)
      longest = Math.min(idle.longest, 2 * longest)
    }
    schedule()
  }

  function schedule(): void {
    if (waiting.length === 0 || next !== null)
      return
    if (careful > 0) {
      const timer = setTimeout(slice, busy.pause)
      next = { cancel: () => clearTimeout(timer) }
    }
    else {
      const immediate = setImmediate(slice)
      next = { cancel: () => clearImmediate(immediate) }
    }
  }

  return {
    add,
    dispose() {
      next?.cancel()
      next = null
      for (const { stop } of [...waiting.splice(0), ...reading])
        stop()
      reading.clear()
    },
  }
}
