import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/node.mjs'

/**
 * Packages that are only needed while their dependant is installed, to compile or download its
 * native part.
 */
const forInstallOnly = ['prebuild-install', 'node-addon-api']

/**
 * The production packages of the lock file, separated by whether the running program loads them.
 *
 * @param {string} [file] The lock file.
 * @returns {{ needed: Set<string>, unneeded: Set<string> }} Folders from the root:
 *   `node_modules/express`.
 * @throws {Error} If the lock file lacks a dependency that is not optional.
 */
export function runtimePackages(file = join(root, 'package-lock.json')) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'))
  const needed = new Set()

  /** Searches like Node: the dependant's own node_modules, then those of the folders above. */
  function find(name, from) {
    for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
      const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
      if (Object.hasOwn(packages, candidate))
        return candidate
      if (folder === '')
        return undefined
    }
  }

  function visit(folder) {
    const { dependencies = {}, optionalDependencies = {} } = packages[folder]
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (forInstallOnly.includes(name))
        continue
      const found = find(name, folder)
      if (found === undefined && !Object.hasOwn(optionalDependencies, name))
        throw new Error(`${file} has no ${name}, which ${folder || 'Larder'} needs.`)
      if (found !== undefined && !needed.has(found)) {
        needed.add(found)
        visit(found)
      }
    }
  }
  visit('')
  const unneeded = new Set(Object.entries(packages)
    .filter(([folder, { dev }]) => folder !== '' && !dev && !needed.has(folder))
    .map(([folder]) => folder))
  return { needed, unneeded }
}
