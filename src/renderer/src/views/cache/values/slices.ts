/** Work that can be interrupted: it yields often, and does little in between. */
export type Sliced<T> = Generator<void, T>

/** Milliseconds that one slice may take: a frame at 60 Hz still has room for the rest. */
const budget = 8

/**
 * Runs the work to its end in slices, with the page alive in between. Rejects when the signal
 * aborts.
 */
export async function runSliced<T>(work: Sliced<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted()
    const end = performance.now() + budget
    while (performance.now() < end) {
      const { done, value } = work.next()
      if (done)
        return value
    }
    await nextTurn()
  }
}

/** Timers are held back to 4 ms when they follow each other; messages are not. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

/** A list of offsets that grows, at 4 bytes each. */
export interface Offsets {
  readonly length: number
  at: (index: number) => number
  push: (offset: number) => void
}

export function createOffsets(): Offsets {
  let items = new Uint32Array(256)
  let length = 0
  return {
    get length() {
      return length
    },
    at: index => items[index] ?? 0,
    push(offset) {
      if (length === items.length) {
        const larger = new Uint32Array(items.length * 2)
        larger.set(items)
        items = larger
      }
      items[length++] = offset
    },
  }
}
