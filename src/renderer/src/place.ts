import { limits } from '@shared/limits'
import { ignoringBlockedStorage } from './storage'

/**
 * The place where a person was asked to sign in. A one-time link always opens `/`, often in another
 * tab, so the place is kept for all tabs of this browser.
 */
const name = 'larder.place'

/**
 * Milliseconds for which a place is kept: as long as a link works that was made on leaving it.
 */
const lifetime = limits.codeLifetime * 1000

/**
 * Remembers the place that this tab shows.
 *
 * @param now milliseconds since the Unix epoch
 */
export function keepPlace({ pathname, search, hash }: PlaceOfPage, storage: () => Storage, now: number): void {
  ignoringBlockedStorage(() => storage().setItem(name, JSON.stringify({ at: pathname + search + hash, since: now })))
}

/**
 * Returns the place that was kept last and forgets it; null if there is none, if it is too old, or
 * if it is not a page of this origin.
 */
export function takePlace(origin: string, storage: () => Storage, now: number): string | null {
  const kept = ignoringBlockedStorage(() => {
    const text = storage().getItem(name)
    storage().removeItem(name)
    return text
  })
  const place = kept == null ? null : parsePlace(kept)
  return place !== null && now - place.since < lifetime ? pathWithin(origin, place.at) : null
}

type PlaceOfPage = Pick<Location, 'pathname' | 'search' | 'hash'>

function parsePlace(text: string): { at: string, since: number } | null {
  try {
    const { at, since } = JSON.parse(text) as Record<string, unknown>
    return typeof at === 'string' && typeof since === 'number' ? { at, since } : null
  }
  catch {
    // Another page of this origin may have written anything here: this is the same as no place.
    return null
  }
}

/**
 * The path, unless a browser would read it as an address of another site: `//example.com` and
 * `/\example.com` begin like paths, and tabs and line ends are left out of URLs (WHATWG URL §4.4).
 */
function pathWithin(origin: string, at: string): string | null {
  if (!at.startsWith('/') || !URL.canParse(at, origin))
    return null
  const url = new URL(at, origin)
  return url.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : null
}
