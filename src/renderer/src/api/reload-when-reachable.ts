/** Milliseconds between two looks for the server. */
const pace = 2000

/**
 * Loads the page anew once its server answers: what a browser failed to load, it does not ask for
 * again on the same page.
 *
 * @param fragment of the address of the new page
 */
export function reloadWhenReachable(fragment = ''): void {
  setTimeout(() => {
    fetch('/livez', { cache: 'no-store' }).then(() => {
      if (fragment !== '')
        history.replaceState(history.state, '', `#${fragment}`)
      location.reload()
    }, () => reloadWhenReachable(fragment))
  }, pace)
}
