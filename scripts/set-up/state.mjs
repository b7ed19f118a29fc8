import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from '../lib/node.mjs'
import { wantedPackages } from './packages.mjs'

const lockFile = join(root, 'package-lock.json')
/** npm writes this file at the end of an install, and `npm ci` removes it at the beginning. */
const installed = join(root, 'node_modules/.package-lock.json')
const built = [
  'out/main/headless.js',
  'out/main/index.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
  'out/client/keyv.js',
].map(file => join(root, file))
const stamp = join(root, 'out/.built')

/** Milliseconds since the epoch at which the file last changed; 0 if there is none. */
function changed(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

export function hasLockFile() {
  return existsSync(lockFile)
}

/** There while an install has something left to do. */
export const unfinished = join(root, 'out/.install')

/** Whether what is installed is not what the lock file says, or nothing is. */
export function isLockFileNewer() {
  const at = changed(installed)
  return at === 0 || changed(lockFile) > at
}

/** @param {'start' | 'everything'} purpose */
export function needsInstall(purpose) {
  return isLockFileNewer()
    || existsSync(unfinished)
    || wantedPackages(purpose).required.some(name => !existsSync(join(root, 'node_modules', name)))
}

/** Whether there is a build, of whatever sources; not while one is being made. */
export function isBuilt() {
  return existsSync(stamp) && built.every(file => existsSync(file))
}

/**
 * Identifies everything that goes into the build by path, size and time of each file. Unlike a
 * comparison with the newest time, it also notices files that were deleted, restored from a backup,
 * or have a time in the future.
 */
export function fingerprint() {
  const hash = createHash('sha256')
  // Not the copies of their configuration that the tools write beside it while they read it.
  const top = readdirSync(root, { withFileTypes: true })
    .filter(entry =>
      entry.isFile() && /^(?:(?:electron|client)\.vite\.config\.ts|package\.json|tsconfig.*\.json)$/.test(entry.name))
  const visit = (folder, entries) => {
    for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        visit(path, readdirSync(path, { withFileTypes: true }))
        continue
      }
      // An editor's temporary file may be gone by now.
      const state = statSync(path, { throwIfNoEntry: false })
      if (state)
        hash.update(`${relative(root, path)}\0${state.size}\0${state.mtimeMs}\n`)
    }
  }
  visit(root, top)
  visit(join(root, 'src'), readdirSync(join(root, 'src'), { withFileTypes: true }))
  return hash.digest('hex')
}

export function needsBuild() {
  return !isBuilt() || readFileSync(stamp, 'utf8') !== fingerprint()
}

/** Called before a build, so that no build is found while it runs or after it was interrupted. */
export function forgetBuild() {
  rmSync(stamp, { force: true })
}

/**
 * @param {string} of The fingerprint from before the build, without edits made during it.
 */
export function rememberBuild(of) {
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, of)
}
