/**
 * The clairvoyant optimum (L. A. Belady, "A study of replacement algorithms for a virtual-storage
 * computer", IBM Systems Journal 5(2), 1966): if there is no room, it evicts the entry whose next
 * request is the furthest away, or never comes. No policy that stores every miss hits more often.
 *
 * An entry in the cache is identified by the number of its next request, which is unique. If there
 * is no next request, the number is beyond the end, derived from its last request. A heap of these
 * numbers, with the greatest on top, finds the entry to evict in O(log n). A hit leaves the number
 * of its own request in the heap. Such past numbers are smaller than all others, so they would only
 * come up if nothing else were left, which never happens, because the entries that fill the cache
 * are there.
 *
 * @returns Number of hits.
 */
export function optimalHits(requests: Uint32Array, capacity: number): number {
  const nextUse = nextUses(requests)
  const cached = new Uint8Array(requests.reduce((greatest, key) => Math.max(greatest, key), 0) + 1)
  const heap = createMaxHeap(requests.length)
  let size = 0
  let hits = 0
  for (const [request, key] of requests.entries()) {
    if (cached[key]) {
      hits++
    }
    else if (size < capacity) {
      size++
    }
    else {
      const evicted = heap.pop()
      cached[requests[evicted % requests.length] ?? 0] = 0
    }
    cached[key] = 1
    heap.push(nextUse[request] ?? 0)
  }
  return hits
}

/**
 * For each request the number of the next one for the same key. If there is none, `requests.length`
 * plus its own number.
 */
function nextUses(requests: Uint32Array): Uint32Array {
  const next = new Uint32Array(requests.length)
  const upcoming = new Map<number, number>()
  for (let request = requests.length - 1; request >= 0; request--) {
    const key = requests[request] ?? 0
    next[request] = upcoming.get(key) ?? requests.length + request
    upcoming.set(key, request)
  }
  return next
}

interface MaxHeap {
  push: (value: number) => void
  /** Throws RangeError if the heap is empty. */
  pop: () => number
}

function createMaxHeap(capacity: number): MaxHeap {
  const values = new Uint32Array(capacity)
  let size = 0
  const at = (index: number): number => values[index] ?? 0

  return {
    push(value) {
      let index = size++
      while (index > 0) {
        const parent = (index - 1) >>> 1
        if (at(parent) >= value)
          break
        values[index] = at(parent)
        index = parent
      }
      values[index] = value
    },
    pop() {
      if (size === 0)
        throw new RangeError('The heap is empty')
      const top = at(0)
      const last = at(--size)
      let index = 0
      for (let child = 1; child < size; child = 2 * index + 1) {
        if (child + 1 < size && at(child + 1) > at(child))
          child++
        if (at(child) <= last)
          break
        values[index] = at(child)
        index = child
      }
      values[index] = last
      return top
    },
  }
}
