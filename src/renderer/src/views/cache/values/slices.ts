/** Work that can be interrupted: it yields often and does little in between. */
export type Sliced<T> = Generator<void, T>

/** Maximum duration of a slice in milliseconds: the rest of a frame at 60 Hz stays free. */
const budget = 8

/** Runs the work to its end in slices, so that the page stays responsive. Rejects on an abort. */
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

/** Resolves in a later task. Nested timers are delayed to 4 ms, but messages are not. */
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

/** A growing list of offsets that takes 4 bytes for each. */
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
