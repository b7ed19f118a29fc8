import type { Session, WebContents } from 'electron'
import type { Logger } from '../base/logger'

/**
 * Keeps a page where it is and what it is (Electron security checklist, items 12 to 14): it shows
 * our screens, opens nothing, embeds nothing. If a stored value tricks a person into clicking on
 * something, it ends here.
 */
export function denyEscapes(contents: WebContents, isPage: (url: string) => boolean, logger: Logger): void {
  const refuse = (what: string, url: string): void => logger.warn('refused', { what, url: url.slice(0, 200) })

  contents.on('will-navigate', (event) => {
    if (isPage(event.url))
      return
    event.preventDefault()
    refuse('navigation', event.url)
  })
  // Our own protocol never redirects.
  contents.on('will-redirect', (event) => {
    event.preventDefault()
    refuse('redirect', event.url)
  })
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
    refuse('webview', '')
  })
  contents.setWindowOpenHandler(({ url }) => {
    refuse('window', url)
    return { action: 'deny' }
  })
}

/**
 * The console only needs permission to copy text (item 5): `navigator.clipboard.writeText` requests
 * `clipboard-sanitized-write`.
 */
export function denyPermissions(session: Session): void {
  const allowed = (permission: string): boolean => permission === 'clipboard-sanitized-write'
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed(permission)))
  session.setPermissionCheckHandler((_contents, permission) => allowed(permission))
}
