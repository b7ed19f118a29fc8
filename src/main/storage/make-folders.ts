import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it, as far as they are missing. Throws an Error that names what is
 * there if it is no folder, and the error of the system where one cannot be made.
 *
 * Node's own way (`recursive`) never ends where a folder that is there says that it is not, as
 * those below /proc do: it makes the folder above again and again, deaf to every signal.
 */
export function makeFolders(path: string, mode?: number): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory())
    return
  if (found)
    throw new Error(`${path} is not a folder`)
  const above = dirname(path)
  if (above !== path)
    makeFolders(above, mode)
  try {
    mkdirSync(path, { mode })
  }
  catch (error) {
    // Somebody else may have made it a moment ago.
    if (!isFolder(path))
      throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
