import type { ProgramCheck } from './programs'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { requireProgram } from './programs'

/** The browser of the end-to-end tests: `LARDER_CHROMIUM`, else the system's. Throws under `CI=true` when there is none. */
export function findChromium(): ProgramCheck {
  const path = process.env.LARDER_CHROMIUM
  if (path === undefined || path === '')
    return requireProgram('chromium', 'chromium')
  if (!existsSync(path))
    throw new Error(`LARDER_CHROMIUM names ${path}, where nothing is.`)
  return { available: true, path, reason: '' }
}
