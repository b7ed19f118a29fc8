import { accessSync, chmodSync, constants, lstatSync, statSync } from 'node:fs'
import { dirname, isAbsolute, parse, resolve } from 'node:path'
import { messageOf } from '@shared/errors'
import { makeFolders } from './make-folders'
import { checkOwner, isOpenToOthers } from './ownership'
import { privateFolderMode, writeFileAtomic } from './private-files'

const choose = 'choose another one with LARDER_HOME or --home'

/**
 * Creates the data folder, accessible only to its owner, or restricts the access to an existing
 * one. Returns its absolute path. Throws an Error that names the folder if it cannot be used as a
 * folder of Larder's own. The folder may be reached through a link, because dotfiles are often kept
 * that way, if the person owns both the link and the folder; inside the folder no link is followed.
 */
export function prepareHome(home: string): string {
  if (home === '')
    throw new Error('The data folder has no name')
  const folder = isAbsolute(home) ? resolve(home) : resolve(process.cwd(), home)
  try {
    makeFolders(folder, privateFolderMode)
  }
  catch (error) {
    throw new Error(`${folder} cannot be created as the data folder: ${messageOf(error)}; ${choose}`, { cause: error })
  }
  tightenFolder(folder)
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  }
  catch (error) {
    const reason = messageOf(error)
    throw new Error(`${folder} cannot be written to as the data folder: ${reason}; ${choose}`, { cause: error })
  }
  return folder
}

function tightenFolder(folder: string): void {
  const found = statSync(folder)
  for (const named of [lstatSync(folder), found])
    checkOwner(folder, named)
  const { mode } = found
  if (!isOpenToOthers(mode) && (mode & privateFolderMode) === privateFolderMode)
    return
  // `LARDER_HOME=/tmp` must not make /tmp inaccessible to everybody else.
  if ((mode & 0o1000) !== 0 || folder === parse(folder).root)
    throw new Error(`${folder} is shared with others; choose a folder of its own for Larder's data`)
  try {
    chmodSync(folder, privateFolderMode)
  }
  catch (error) {
    throw new Error(
      `${folder} is open to others and cannot be closed to them; choose a folder that is yours for Larder's data`,
      { cause: error },
    )
  }
}

/**
 * Replaces a file of the data folder and creates the folder if it is missing. Throws what
 * `prepareHome` and `writeFileAtomic` throw.
 */
export function writeHomeFile(path: string, data: string): void {
  prepareHome(dirname(path))
  writeFileAtomic(path, data)
}
