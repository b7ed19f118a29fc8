import type { Disposable } from './base/disposable'
import v8 from 'node:v8'

/**
 * Milliseconds between two looks. To double beyond the limit, as many bytes have to survive
 * collections first: that takes seconds.
 */
const interval = 250

/**
 * Keeps V8 from taking memory instead of collecting. Entries lie outside of its heap, which holds a
 * few tens of megabytes that live and what requests leave behind.
 *
 * The old generation grows by 20 % between two collections. Left alone it grows up to fourfold:
 * under many large batches the process took 115 MB more.
 *
 * The young generation stops at `most` bytes. Left alone it grows to 64 MB as soon as requests come
 * in, for objects that are gone after a request: of a million small entries that would be 70 bytes
 * each (docs/performance.md). `--max-semi-space-size=8` says the same, but only to a process that
 * is started with it; the factor of growth is asked for each time.
 *
 * @param most bytes of both halves. @default 16 MiB
 */
export function limitHeapGrowth(most = 16 * 1024 * 1024): Disposable {
  v8.setFlagsFromString('--heap-growing-percent=20')
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
