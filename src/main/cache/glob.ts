import { invalidField } from '../../shared/errors'
import { limits } from '../../shared/limits'

/** Whether one code point fits one place of the pattern. */
type Place = (point: number) => boolean
interface Pattern {
  places: Place[]
  /** `stars[i]`: any run of characters may stand before place `i` (or at the end). */
  stars: boolean[]
}

/**
 * Compiles a glob over whole keys: `*` any run, `?` one character, `[a-z]` one of, `[!a-z]` none of, `\x` the character x.
 * Throws LarderError `invalid-input` (field glob) for a pattern that is malformed or longer than a key can be.
 *
 * The match is the bit-parallel automaton of Baeza-Yates and Gonnet (Shift-And, 1992): bit i of the state says that the first i
 * places are matched. One step for each character and 32 places, whatever the pattern: nothing is ever tried again.
 */
export function compileGlob(glob: string): (key: string) => boolean {
  if (glob.length > limits.entryKey)
    throw invalidField('glob', `must be at most ${limits.entryKey} characters`)
  const { places, stars } = parse(glob)
  const end = places.length
  const words = (end >>> 5) + 1
  const loops = bits(words, stars)
  /** For each character met so far: the places it fits. */
  const fits = new Map<number, Int32Array>()

  function fitsOf(point: number): Int32Array {
    let mask = fits.get(point)
    if (mask === undefined) {
      mask = bits(words, places.map(place => place(point)))
      // Keys bring their own alphabet; forgetting it now and then bounds the memory.
      if (fits.size === 256)
        fits.clear()
      fits.set(point, mask)
    }
    return mask
  }

  return (key) => {
    const state = new Int32Array(words)
    state[0] = 1
    for (let at = 0; at < key.length;) {
      const point = key.codePointAt(at) ?? 0
      at += point > 0xFFFF ? 2 : 1
      const mask = fitsOf(point)
      let carry = 0
      let alive = 0
      for (let word = 0; word < words; word++) {
        const before = state[word] ?? 0
        const matched = before & (mask[word] ?? 0)
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

function bits(words: number, flags: boolean[]): Int32Array {
  const mask = new Int32Array(words)
  flags.forEach((flag, index) => {
    if (flag)
      mask[index >>> 5] = (mask[index >>> 5] ?? 0) | (1 << (index & 31))
  })
  return mask
}

function parse(glob: string): Pattern {
  const points = Array.from(glob)
  const places: Place[] = []
  const stars: boolean[] = []
  let at = 0

  /** The next character taken literally, after its backslash if it has one. */
  function literal(): number {
    if (points[at] === '\\')
      at++
    const point = points[at++]?.codePointAt(0)
    if (point === undefined)
      throw invalidField('glob', 'must not end within an escape or a bracket')
    return point
  }

  function bracket(): Place {
    const negated = points[at] === '!'
    if (negated)
      at++
    const ranges: [number, number][] = []
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
    return point => ranges.some(([from, to]) => point >= from && point <= to) !== negated
  }

  while (at < points.length) {
    const point = points[at]
    if (point === '*') {
      stars[places.length] = true
      at++
    }
    else if (point === '?') {
      places.push(() => true)
      at++
    }
    else if (point === '[') {
      at++
      places.push(bracket())
    }
    else {
      const wanted = literal()
      places.push(candidate => candidate === wanted)
    }
  }
  return { places, stars }
}
