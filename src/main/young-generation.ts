import type { Disposable } from './base/disposable'
import v8 from 'node:v8'

/** Milliseconds between two looks. To double beyond the limit, as many bytes have to survive collections first: that takes seconds. */
const interval = 250

/**
 * Stops the growth of V8's young generation at `most` bytes. Left alone it grows to 64 MB as soon as requests come in, for objects that are gone after a request:
 * of a million small entries that would be 70 bytes each (decision 0021). `--max-semi-space-size=8` says the same, but only to a process that is started with
 * it; the factor of growth is asked for each time.
 *
 * @param most bytes of both halves. @default 16 MiB
 */
export function limitYoungGeneration(most = 16 * 1024 * 1024): Disposable {
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
