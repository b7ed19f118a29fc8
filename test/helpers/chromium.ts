import type { ProgramCheck } from './programs'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { requireProgram } from './programs'

/**
 * Chromium without the desktop browser around it, from Debian's package chromium-headless-shell:
 * the same engine for half the processor time. Not the program of that name in the path, which is a
 * shell script that stands between a signal and the browser.
 */
const headlessShell = '/usr/lib/chromium/chromium-headless-shell'

/** What every Chromium of the tests is started with. */
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
 * The browser of the end-to-end tests: `LARDER_CHROMIUM`, else the headless shell, else the
 * system's Chromium. Throws under `CI=true` when there is none.
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
