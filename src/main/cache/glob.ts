import { invalidField } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'

/** First and last code point of a range. */
type Range = readonly [from: number, to: number]
/**
 * What one place of the pattern matches: a code point in these ranges, or if `negated` any other.
 */
interface Place { ranges: readonly Range[], negated: boolean }
interface Pattern {
  places: Place[]
  /** `stars[i]`: any run of characters may come before place `i` (or at the end). */
  stars: boolean[]
}

const anyCharacter: Place = { ranges: [], negated: true }

/**
 * Compiles a glob that is matched against whole keys: `*` any run, `?` one character, `[a-z]` one
 * of these, `[!a-z]` and `[^a-z]` none of these, `\x` the character x. Throws LarderError
 * `invalid-input` (field glob) for a pattern that is malformed, longer than a key can be, or made
 * of too many parts.
 *
 * Matching uses the bit-parallel automaton of Baeza-Yates and Gonnet (Shift-And, 1992): bit i of
 * the state means that the first i places are matched. It takes one step for each character and 32
 * places, whatever the pattern and the key: there is no backtracking, and a match neither allocates
 * nor keeps anything.
 */
export function compileGlob(glob: string): (key: string) => boolean {
  if (glob.length > limits.entryKey)
    throw invalidField('glob', `must be at most ${grouped(limits.entryKey)} characters`)
  const { places, stars } = parse(glob)
  const end = places.length
  const words = (end >>> 5) + 1
  const loops = new Int32Array(words)
  stars.forEach((_, place) => setBit(loops, 0, place))
  const alphabet = createAlphabet(places, words)
  const { masks } = alphabet
  const state = new Int32Array(words)

  return (key) => {
    if (key.length < end)
      return false
    state.fill(0)
    state[0] = 1
    for (let at = 0; at < key.length;) {
      const point = key.codePointAt(at) ?? 0
      at += point > 0xFFFF ? 2 : 1
      const mask = alphabet.maskOf(point)
      let carry = 0
      let alive = 0
      for (let word = 0; word < words; word++) {
        const before = state[word] ?? 0
        const matched = before & (masks[mask + word] ?? 0)
        const after = (matched << 1) | carry | (before & (loops[word] ?? 0))
        carry = matched >>> 31
        state[word] = after
        alive |= after
      }
      if (alive === 0)
        return false
    }
    return ((state[end >>> 5] ?? 0) >>> (end & 31) & 1) === 1
  }
}

/** Tells which places a character matches, as masks of `words` words each. */
interface Alphabet {
  masks: Int32Array
  /** Index of the first word of the character's mask. */
  maskOf: (point: number) => number
}

const asciiSize = 128

/**
 * The bounds of all ranges divide the code points into classes, at most two for each range and one
 * more. The characters of a class match the same places, so one mask per class is enough.
 */
function createAlphabet(places: readonly Place[], words: number): Alphabet {
  const bounds = places.flatMap(({ ranges }) => ranges.flatMap(([from, to]) => [from, to + 1]))
  const starts = [...new Set([0, ...bounds])].sort((a, b) => a - b)
  const masks = new Int32Array(starts.length * words)
  places.forEach(({ ranges, negated }, place) => {
    if (negated)
      starts.forEach((_, index) => setBit(masks, index * words, place))
    for (const [from, to] of ranges) {
      for (let index = classOf(from); (starts[index] ?? Infinity) <= to; index++)
        setBit(masks, index * words, place, !negated)
    }
  })
  const ascii = Int32Array.from({ length: asciiSize }, (_, point) => classOf(point) * words)

  /** Index of the last class that does not begin after the character. */
  function classOf(point: number): number {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if ((starts[middle] ?? 0) <= point)
        low = middle
      else
        high = middle
    }
    return low
  }

  return { masks, maskOf: point => point < asciiSize ? ascii[point] ?? 0 : classOf(point) * words }
}

function setBit(masks: Int32Array, offset: number, bit: number, value = true): void {
  const word = offset + (bit >>> 5)
  const before = masks[word] ?? 0
  masks[word] = value ? before | (1 << (bit & 31)) : before & ~(1 << (bit & 31))
}

function parse(glob: string): Pattern {
  const points = Array.from(glob)
  const places: Place[] = []
  const stars: boolean[] = []
  let at = 0

  /** Reads the next character literally, after its backslash if it has one. */
  function literal(): number {
    if (points[at] === '\\')
      at++
    const point = points[at++]?.codePointAt(0)
    if (point === undefined)
      throw invalidField('glob', 'must not end within an escape or a bracket')
    return point
  }

  function bracket(): Place {
    // POSIX uses `!`; Redis and regular expressions use `^`.
    const negated = points[at] === '!' || points[at] === '^'
    if (negated)
      at++
    const ranges: Range[] = []
    while (points[at] !== ']') {
      const from = literal()
      let to = from
      if (points[at] === '-' && points[at + 1] !== ']') {
        at++
        to = literal()
      }
      if (to < from)
        throw invalidField('glob', 'has a range that runs backwards')
      ranges.push([from, to])
    }
    at++
    if (ranges.length === 0)
      throw invalidField('glob', 'has an empty bracket')
    return { ranges, negated }
  }

  while (at < points.length) {
    const point = points[at]
    if (point === '*') {
      stars[places.length] = true
      at++
    }
    else if (point === '?') {
      places.push(anyCharacter)
      at++
    }
    else if (point === '[') {
      at++
      places.push(bracket())
    }
    else {
      const wanted = literal()
      places.push({ ranges: [[wanted, wanted]], negated: false })
    }
  }
  const parts = places.reduce((sum, { ranges }) => sum + Math.max(1, ranges.length), 0)
  if (parts > limits.globParts)
    throw invalidField('glob', `must have at most ${limits.globParts} characters, wildcards and ranges`)
  return { places, stars }
}
