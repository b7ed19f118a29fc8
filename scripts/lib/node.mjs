import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

// `import.meta.dirname` exists since Node 20.11, but these scripts also run on older versions.
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** Whether `version` (`v22.12.0`) is enough for Larder's code and its tools: 22.12 or newer. */
export function suffices(version) {
  const [major, minor] = version.replace('v', '').split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}

/**
 * The Node that the project runs on: its own from the devDependency `node`, otherwise the host's if
 * that is new enough.
 *
 * @returns {string | undefined} Path of the binary; undefined if there is none.
 */
export function projectNode() {
  const own = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(own))
    return own
  return suffices(process.version) ? process.execPath : undefined
}
