import type { Part } from './scan'

type Place = string | null
/** A part of a pattern without `*`: texts, and null for any one character. */
interface Segment {
  places: readonly Place[]
  /** Its length in code points, which is fixed. */
  points: number
}

/**
 * Compiles a value to a function that matches whole texts. There is no backtracking: each part
 * between two `*` is matched at the first place possible, which leaves the most room for those
 * after it, and the last part is matched at the end.
 */
export function compilePattern(parts: readonly Part[], ignoreCase: boolean): (text: string) => boolean {
  const fold = ignoreCase ? (text: string) => text.toLowerCase() : (text: string) => text
  const segments = toSegments(parts, fold)
  const [first = { places: [], points: 0 }, ...rest] = segments
  const last = rest.pop()
  // A code point is at least one unit.
  const shortest = segments.reduce((sum, { points }) => sum + points, 0)

  return (candidate) => {
    const text = fold(candidate)
    if (text.length < shortest)
      return false
    let at = matchAt(first, text, 0)
    if (last === undefined)
      return at === text.length
    for (const segment of rest) {
      if (at < 0)
        return false
      at = find(segment, text, at)
    }
    const start = at < 0 ? -1 : back(text, last.points)
    return start >= at && start >= 0 && matchAt(last, text, start) === text.length
  }
}

function toSegments(parts: readonly Part[], fold: (text: string) => string): Segment[] {
  const segments: { places: Place[], points: number }[] = [{ places: [], points: 0 }]
  for (const part of parts) {
    const segment = segments.at(-1)
    if (part.kind === 'run' || segment === undefined) {
      segments.push({ places: [], points: 0 })
      continue
    }
    const place = part.kind === 'text' ? fold(part.text) : null
    segment.places.push(place)
    segment.points += place === null ? 1 : pointsOf(place)
  }
  return segments
}

/** Where the segment ends if it begins at `at`; -1 if it does not match there. */
function matchAt({ places }: Segment, text: string, at: number): number {
  for (const place of places) {
    if (place === null ? at >= text.length : !text.startsWith(place, at))
      return -1
    at += place === null ? widthAt(text, at) : place.length
  }
  return at
}

/** Where the first occurrence of the segment at or after `from` ends; -1 if there is none. */
function find(segment: Segment, text: string, from: number): number {
  const [head] = segment.places
  for (let at = from; at <= text.length; at += widthAt(text, at)) {
    if (typeof head === 'string')
      at = text.indexOf(head, at)
    if (at < 0)
      return -1
    const end = matchAt(segment, text, at)
    if (end >= 0)
      return end
  }
  return -1
}

/** The offset that is this many code points before the end; -1 if the text is shorter. */
function back(text: string, points: number): number {
  let at = text.length
  for (; points > 0 && at > 0; points--)
    at -= at > 1 && widthAt(text, at - 2) === 2 ? 2 : 1
  return points > 0 ? -1 : at
}

function widthAt(text: string, at: number): 1 | 2 {
  return (text.codePointAt(at) ?? 0) > 0xFFFF ? 2 : 1
}

function pointsOf(text: string): number {
  let points = 0
  for (let at = 0; at < text.length; at += widthAt(text, at))
    points++
  return points
}
