import type { Disposable } from './base/disposable'
import v8 from 'node:v8'

/**
 * Milliseconds between two checks. Before the young generation can double beyond the limit, as many
 * bytes have to survive collections, which takes seconds.
 */
const interval = 250

/**
 * Makes V8 collect garbage instead of taking more memory. Entries are outside of its heap, which
 * only contains a few tens of megabytes of live objects and the garbage of requests.
 *
 * The old generation grows by 20 % between two collections. Without this limit it grows up to
 * fourfold: with many large batches the process took 115 MB more.
 *
 * The young generation stops at `most` bytes. Without this limit it grows to 64 MB as soon as
 * requests come in, for objects that are garbage after a request. For a million small entries that
 * would be 70 bytes each (docs/performance.md). `--max-semi-space-size=8` does the same, but only
 * when a process is started with it, while V8 reads the growth factor each time.
 *
 * V8 must not decide either, after a burst in which many objects lived on, that such objects belong
 * to the old generation from the start. It never takes that back, so each request would leave its
 * objects there: then collections of the whole heap follow each other, and all takes twice as long.
 *
 * @param most bytes of both halves. @default 16 MiB
 */
export function limitHeapGrowth(most = 16 * 1024 * 1024): Disposable {
  v8.setFlagsFromString('--heap-growing-percent=20')
  v8.setFlagsFromString('--no-allocation-site-pretenuring')
  const timer = setInterval(() => {
    const size = v8.getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size ?? 0
    if (size < most)
      return
    v8.setFlagsFromString('--semi-space-growth-factor=1')
    clearInterval(timer)
  }, interval)
  timer.unref()
  return { dispose: () => clearInterval(timer) }
}
