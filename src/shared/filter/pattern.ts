import type { Part } from './scan'

type Place = string | null
/** A stretch without `*`: texts, and null for one character whatever it is. */
interface Segment {
  places: readonly Place[]
  /** Its length in code points, which is fixed. */
  points: number
}

/**
 * Compiles a value to a match over whole texts. Nothing is ever tried again: each stretch between
 * two `*` is taken at its first place, which leaves the most for those behind it, and the last one
 * is laid against the end.
 */
export function compilePattern(parts: readonly Part[], ignoreCase: boolean): (text: string) => boolean {
  const fold = ignoreCase ? (text: string) => text.toLowerCase() : (text: string) => text
  const segments = toSegments(parts, fold)
  const [first = { places: [], points: 0 }, ...rest] = segments
  const last = rest.pop()
  // A code point is one unit or more.
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

/** Where the segment ends when it begins at `at`, or -1. */
function matchAt({ places }: Segment, text: string, at: number): number {
  for (const place of places) {
    if (place === null ? at >= text.length : !text.startsWith(place, at))
      return -1
    at += place === null ? widthAt(text, at) : place.length
  }
  return at
}

/** Where the first occurrence of the segment at `from` or behind ends, or -1. */
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

/** The offset that many code points before the end, or -1. */
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
