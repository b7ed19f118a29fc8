import type { ProgramCheck } from './programs'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { requireProgram } from './programs'

/**
 * Chromium without the desktop browser, from Debian's package chromium-headless-shell: the same
 * engine for half the processor time. This is not the program of that name in the path, a shell
 * script that does not pass signals on to the browser.
 */
const headlessShell = '/usr/lib/chromium/chromium-headless-shell'

/** Arguments of every Chromium that the tests start. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
]

/**
 * Finds the browser for the end-to-end tests: `LARDER_CHROMIUM`, otherwise the headless shell,
 * otherwise the system's Chromium. Throws under `CI=true` if there is none.
 */
export function findChromium(): ProgramCheck {
  const named = process.env.LARDER_CHROMIUM
  if (named !== undefined && named !== '') {
    if (!existsSync(named))
      throw new Error(`LARDER_CHROMIUM names ${named}, where nothing is.`)
    return { available: true, path: named, reason: '' }
  }
  return existsSync(headlessShell)
    ? { available: true, path: headlessShell, reason: '' }
    : requireProgram('chromium', 'chromium-headless-shell')
}
