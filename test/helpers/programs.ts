import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

export type ProgramCheck =
  | { available: true, path: string, reason: '' }
  | { available: false, reason: string }

/**
 * Looks for a program that a test needs. If it is missing, `CI=true` throws, because a test that
 * did not run proves nothing; elsewhere the test should be skipped:
 * `test.skipIf(!check.available)(…)`. In both cases the message says what to install.
 */
export function requireProgram(name: string, debianPackage: string): ProgramCheck {
  const check = findProgram(name, debianPackage)
  if (!check.available && process.env.CI === 'true')
    throw new Error(check.reason)
  return check
}

/** The same for a program that `CI=true` may be without, too. */
export function findProgram(name: string, debianPackage: string): ProgramCheck {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return { available: true, path, reason: '' }
    }
    catch {
      // It is not in this folder.
    }
  }
  const reason = `The program ${name} is missing: install it with apt-get install ${debianPackage}.`
  console.warn(`Skipped: ${reason}`)
  return { available: false, reason }
}
