/**
 * Takes the one-time sign-in code out of the fragment (`/#<code>`) and removes it from the address
 * bar and this history entry, so that neither a bookmark, a shared link nor the back button carries
 * it. Null when there is none.
 *
 * Only the root has codes: on other paths a fragment is a place in the page.
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
