import type { Hit } from '../ports'

/** The directives of a read (RFC 9111 §5.2.1) that count where a cache has a source. In seconds. */
export interface ReadWishes {
  /** Ask the source, whatever is held: `no-cache`. */
  reload: boolean
  /** Never ask the source: `only-if-cached`. */
  onlyHeld: boolean
  /** The oldest that the answer may be. */
  maxAge: number
  /** How long past its TTL the answer may be, without the source being asked. */
  maxStale: number
}

/** Null if there is nothing that counts; what cannot be read does not (RFC 9111 §5.2). */
export function readWishes(text: string | null): ReadWishes | null {
  if (text === null)
    return null
  const wishes: ReadWishes = { reload: false, onlyHeld: false, maxAge: Infinity, maxStale: 0 }
  let counts = false
  for (const directive of text.toLowerCase().split(',')) {
    const [, name = '', digits] = /^\s*([\w-]+)\s*(?:=\s*"?(\d+)"?\s*)?$/.exec(directive) ?? []
    const seconds = digits === undefined ? undefined : Number(digits)
    const known = name === 'no-cache'
      || name === 'only-if-cached'
      || name === 'max-stale'
      || (name === 'max-age' && seconds !== undefined)
    counts ||= known
    if (name === 'no-cache')
      wishes.reload = true
    else if (name === 'only-if-cached')
      wishes.onlyHeld = true
    else if (name === 'max-stale')
      wishes.maxStale = seconds ?? Infinity
    else if (known)
      wishes.maxAge = seconds as number
  }
  return counts ? wishes : null
}

/** Whether what is held will do without asking the source. */
export function suffices(hit: Hit, wishes: ReadWishes | null): boolean {
  if (wishes === null)
    return !hit.stale
  return !wishes.reload && hit.age <= wishes.maxAge && (!hit.stale || -(hit.ttl ?? 0) <= wishes.maxStale)
}
