import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { placeForWindow } from '../lib/electron.mjs'
import { root, suffices } from '../lib/node.mjs'

/**
 * What tests, lint, types and packaging need, and neither the build nor a start. A package that is
 * not named here is installed for a start too; TypeScript is, for Vue reads the types of properties
 * with it.
 */
const tools = new Set([
  '@antfu/eslint-config',
  '@electron/fuses',
  '@keyv/test-suite',
  '@playwright/test',
  '@types/aws4',
  '@types/better-sqlite3',
  '@types/express',
  '@types/node',
  'axe-core',
  'dynalite',
  'electron-builder',
  'eslint',
  'eslint-plugin-format',
  'fast-check',
  'keyv',
  'keyv-6',
  'mongodb',
  'playwright-core',
  'vitest',
  'vue-tsc',
])

/** @param {string} name Of a file in the project's folder that holds JSON. */
export function readJson(name) {
  return JSON.parse(readFileSync(join(root, name), 'utf8'))
}

/**
 * The packages of package.json that are to be there.
 *
 * @param {'start' | 'everything'} purpose
 * @returns {{ required: string[], optional: string[] }} Names.
 */
export function wantedPackages(purpose) {
  const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = readJson('package.json')
  const left = purpose === 'start' ? new Set([...tools, ...unneededHere()]) : new Set()
  return {
    required: Object.keys({ ...dependencies, ...devDependencies }).filter(name => !left.has(name)),
    optional: Object.keys(optionalDependencies),
  }
}

/** Whether a test or a person has installed what a start does not need. */
export function hasTools() {
  return [...tools].some(name => existsSync(join(root, 'node_modules', name)))
}

function* unneededHere() {
  if (!placeForWindow())
    yield 'electron'
  // Our own Node may run this; it is about to be replaced.
  if (suffices(process.version) && !process.execPath.startsWith(join(root, 'node_modules')))
    yield 'node'
}

/**
 * package.json and lock file with the packages `names` and what they need. Optional peers are
 * nothing that they need.
 *
 * @param {string[]} names
 * @returns {{ manifest: object, lock: object }} What the two files would hold.
 */
export function reduced(names) {
  const only = new Set(names)
  const pick = (given = {}) => Object.fromEntries(Object.entries(given).filter(([name]) => only.has(name)))
  const withOnly = entry => ({
    ...entry,
    dependencies: pick(entry.dependencies),
    devDependencies: pick(entry.devDependencies),
    optionalDependencies: pick(entry.optionalDependencies),
  })
  const lock = readJson('package-lock.json')
  const { packages } = lock
  const top = withOnly(packages[''])
  const kept = new Map([['', top]])

  function keepNeeds(folder, { dependencies, devDependencies, optionalDependencies, ...entry }) {
    const peers = Object.keys(entry.peerDependencies ?? {})
      .filter(name => !entry.peerDependenciesMeta?.[name]?.optional)
    const direct = Object.keys({ ...dependencies, ...folder === '' && devDependencies, ...optionalDependencies })
    for (const name of [...direct, ...peers]) {
      const found = find(packages, name, folder)
      if (found === undefined || kept.has(found))
        continue
      kept.set(found, packages[found])
      keepNeeds(found, packages[found])
    }
  }
  keepNeeds('', top)
  return { manifest: withOnly(readJson('package.json')), lock: { ...lock, packages: Object.fromEntries(kept) } }
}

/** As Node looks: in the dependant's own node_modules, then in those of the folders above. */
export function find(packages, name, from) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (Object.hasOwn(packages, candidate))
      return candidate
    if (folder === '')
      return undefined
  }
}
