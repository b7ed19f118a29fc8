import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/node.mjs'
import { find } from '../set-up/packages.mjs'

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

  function visit(folder) {
    const { dependencies = {}, optionalDependencies = {} } = packages[folder]
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (forInstallOnly.includes(name))
        continue
      const found = find(packages, name, folder)
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
