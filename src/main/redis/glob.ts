/**
 * Whether a pattern of Redis matches a text: `*`, `?`, `[a-z]`, `[^a]` and `\`. The time grows with
 * the product of both lengths at most. Both have one character a byte.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  // Redis looks at no pattern then, except at a single star.
  if (text === '')
    return pattern === '' || pattern === '*'
  let at = 0
  let place = 0
  /** Where the last star was, and how far it reached. */
  let star = -1
  let reached = 0
  while (place < text.length) {
    const token = at < pattern.length ? readToken(pattern, at) : undefined
    if (token?.star) {
      star = token.end
      reached = place
      at = token.end
    }
    else if (token?.fits(text.charCodeAt(place))) {
      at = token.end
      place++
    }
    else if (star >= 0) {
      at = star
      reached++
      place = reached
    }
    else {
      return false
    }
  }
  while (pattern[at] === '*')
    at++
  return at >= pattern.length
}

interface Token { end: number, star: boolean, fits: (code: number) => boolean }

function readToken(pattern: string, at: number): Token {
  switch (pattern[at]) {
    case '*':
      return { end: at + 1, star: true, fits: () => false }
    case '?':
      return { end: at + 1, star: false, fits: () => true }
    case '[':
      return readClass(pattern, at + 1)
    case '\\': {
      const literal = at + 1 < pattern.length ? at + 1 : at
      return { end: literal + 1, star: false, fits: code => code === pattern.charCodeAt(literal) }
    }
    default:
      return { end: at + 1, star: false, fits: code => code === pattern.charCodeAt(at) }
  }
}

/** As Redis reads it: a class that does not end takes the rest of the pattern. */
function readClass(pattern: string, start: number): Token {
  const isNot = pattern[start] === '^'
  const ranges: [number, number][] = []
  let at = isNot ? start + 1 : start
  for (; at < pattern.length && pattern[at] !== ']'; at++) {
    if (pattern[at] === '\\' && at + 1 < pattern.length) {
      at++
      ranges.push([pattern.charCodeAt(at), pattern.charCodeAt(at)])
    }
    else if (pattern[at + 1] === '-' && at + 2 < pattern.length) {
      const [from, to] = [pattern.charCodeAt(at), pattern.charCodeAt(at + 2)]
      ranges.push([Math.min(from, to), Math.max(from, to)])
      at += 2
    }
    else {
      ranges.push([pattern.charCodeAt(at), pattern.charCodeAt(at)])
    }
  }
  return {
    end: Math.min(at + 1, pattern.length),
    star: false,
    fits: code => ranges.some(([from, to]) => code >= from && code <= to) !== isNot,
  }
}
