import type { Sliced } from '../values/slices'

/** Lines that changed: those from `before` give way to those from `after`. Ends are exclusive. */
export interface LineChange { before: [from: number, to: number], after: [from: number, to: number] }

/** Maximum number of lines that differ. With more, everything between the ends is one change. */
export const mostEdits = 1500
/** Maximum number of comparisons, for texts that repeat a few lines. */
const mostSteps = 20_000_000
/** Comparisons between two pauses. */
const stride = 16_384

/**
 * Finds the fewest lines to remove and to add (Myers, "An O(ND) difference algorithm and its
 * variations", 1986). Takes memory for the square of the edits, which are bounded.
 */
export function* diffLines(before: readonly string[], after: readonly string[]): Sliced<LineChange[]> {
  const numbers = new Map<string, number>()
  const left = yield* numbered(before, numbers)
  const right = yield* numbered(after, numbers)
  let head = 0
  while (head < left.length && head < right.length && left[head] === right[head])
    head++
  let tail = 0
  while (tail < left.length - head
    && tail < right.length - head
    && left[left.length - 1 - tail] === right[right.length - 1 - tail]) {
    tail++
  }
  const changes = yield* shortest(
    left.subarray(head, left.length - tail),
    right.subarray(head, right.length - tail),
  )
  return changes.map(({ before: [from, to], after: [start, end] }) => ({
    before: [from + head, to + head],
    after: [start + head, end + head],
  }))
}

/** Replaces lines by numbers, equal lines by equal ones. */
function* numbered(lines: readonly string[], numbers: Map<string, number>): Sliced<Int32Array> {
  const result = new Int32Array(lines.length)
  for (const [index, line] of lines.entries()) {
    const number = numbers.get(line) ?? numbers.size
    numbers.set(line, number)
    result[index] = number
    if (index % stride === stride - 1)
      yield
  }
  return result
}

function* shortest(left: Int32Array, right: Int32Array): Sliced<LineChange[]> {
  const whole: LineChange = { before: [0, left.length], after: [0, right.length] }
  if (left.length === 0 || right.length === 0)
    return left.length + right.length === 0 ? [] : [whole]
  const most = Math.min(left.length + right.length, mostEdits)
  const middle = most + 1
  /** The farthest line of `left` that is reached on each diagonal. */
  const reached = new Int32Array(2 * most + 3)
  const steps: Int32Array[] = []
  let count = 0
  for (let edits = 0; edits <= most && count <= mostSteps; edits++) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down = diagonal === -edits
        || (diagonal !== edits && at(reached, middle + diagonal - 1) < at(reached, middle + diagonal + 1))
      let x = down ? at(reached, middle + diagonal + 1) : at(reached, middle + diagonal - 1) + 1
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) {
        x++
        if (++count % stride === 0)
          yield
      }
      reached[middle + diagonal] = x
      if (++count % stride === 0)
        yield
      if (x >= left.length && x - diagonal >= right.length)
        return follow(steps, left.length, right.length)
    }
    steps.push(reached.slice(middle - edits, middle + edits + 1))
  }
  return [whole]
}

/** Follows the steps back from the end, and joins edits that have no equal line between them. */
function follow(steps: readonly Int32Array[], x: number, y: number): LineChange[] {
  const changes: LineChange[] = []
  for (let edits = steps.length; edits > 0; edits--) {
    const previous = steps[edits - 1] ?? new Int32Array()
    const middle = edits - 1
    const diagonal = x - y
    const down = diagonal === -edits
      || (diagonal !== edits && at(previous, middle + diagonal - 1) < at(previous, middle + diagonal + 1))
    const fromX = at(previous, middle + (down ? diagonal + 1 : diagonal - 1))
    const fromY = fromX - (down ? diagonal + 1 : diagonal - 1)
    const [toX, toY] = down ? [fromX, fromY + 1] : [fromX + 1, fromY]
    const last = changes.at(-1)
    if (last && last.before[0] === toX && last.after[0] === toY) {
      last.before[0] = fromX
      last.after[0] = fromY
    }
    else {
      changes.push({ before: [fromX, toX], after: [fromY, toY] })
    }
    x = fromX
    y = fromY
  }
  return changes.reverse()
}

function at(items: Int32Array, index: number): number {
  return items[index] ?? 0
}
