import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { SignInPages } from '../base/sign-in-pages'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import { randomId } from '../base/ids'
import { signInFolder } from '../base/sign-in-pages'
import { translateDiskFault } from './disk-faults'
import { makeFolders } from './make-folders'
import { privateFolderMode, writeFileAtomic } from './private-files'

/**
 * Creates the sign-in pages of this run, in a folder of their own. The pages of an earlier run are
 * removed, because their codes are no longer valid.
 */
export function createSignInPages({ home, logger }: { home: string, logger: Logger }): SignInPages & Disposable {
  const folder = join(home, signInFolder)

  function remove(path: string): void {
    try {
      rmSync(path, { recursive: true, force: true })
    }
    catch (error) {
      logger.warn('a sign-in page could not be removed', { path, reason: messageOf(error) })
    }
  }

  remove(folder)
  return {
    write(link) {
      const path = join(folder, `${randomId()}.html`)
      try {
        makeFolders(folder, privateFolderMode)
        writeFileAtomic(path, pageOf(link))
      }
      catch (error) {
        throw translateDiskFault(error, home)
      }
      return { path, remove: () => remove(path) }
    },
    dispose: () => remove(folder),
  }
}

/**
 * Redirects automatically, and has a link in case the browser does not. There is no script, so that
 * none has to be allowed.
 */
function pageOf(link: string): string {
  const target = escapeHtml(link)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${target}">
<title>Larder</title>
<p><a href="${target}">Open the console of Larder</a></p>
</html>
`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\'': '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character] ?? character)
}
