/**
 * Takes the one-time sign-in code out of the fragment (`/#<code>`) and removes it from the address
 * bar and this history entry, so that bookmarks, shared links and the back button do not carry it.
 * Returns null if there is no code.
 *
 * Codes are only on the root path: on other paths the fragment is a place in the page.
 */
export function takeOneTimeCode(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState' | 'state'>,
): string | null {
  if (location.pathname !== '/' || location.hash.length < 2)
    return null
  const code = location.hash.slice(1)
  history.replaceState(history.state, '', location.pathname + location.search)
  return code
}
