import { cpSync, existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import process from 'node:process'
import { root } from '../lib/node.mjs'
import { readJson, reduced, wantedPackages } from './packages.mjs'
import { forgetBuild, hasLockFile, isLockFileNewer, unfinished } from './state.mjs'
import { declined, step } from './step.mjs'

const modules = join(root, 'node_modules')
/**
 * What packages bring and nothing here reads: Node's C++ headers, beside a binary that the package
 * `node` has linked to its place, and the source of SQLite, which comes compiled.
 */
const leftovers = ['node/node_modules', 'better-sqlite3/deps']

/**
 * Installs the packages, of all kinds or those that the build and a start need.
 *
 * @param {'start' | 'everything'} purpose
 * @returns {Promise<{ code: number, rest: import('./step.mjs').Command[] }>} Exit code, and what
 *   may still be done beside the build.
 */
export async function install(purpose) {
  let result = declined
  let rest = []
  if (hasLockFile()) {
    if (purpose === 'start')
      ({ result, rest } = await installForStart())
    else if (isLockFileNewer() || existsSync(unfinished))
      result = await step('installing packages', [npm('ci')], /code EUSAGE/)
    else
      result = await step('installing the packages that tests need', [npm('install', '--no-save')])
  }
  if (result === declined)
    result = await step('installing packages, for which there is no lock file that fits', [npm('install')])
  if (result !== 0)
    return { code: result, rest: [] }
  // npm leaves the file alone when nothing was to do; the lock file would stay newer for ever.
  utimesSync(join(modules, '.package-lock.json'), new Date(), new Date())
  for (const folder of leftovers)
    rmSync(join(modules, folder), { recursive: true, force: true })
  if (rest.length === 0)
    finish()
  forgetBuild()
  return { code: 0, rest }
}

/** The install is complete: whoever looks from now on finds nothing left to do. */
function finish() {
  rmSync(unfinished, { recursive: true, force: true })
}

/**
 * npm knows no third kind of dependencies. So it installs from a smaller package.json and a smaller
 * lock file, in a folder aside, and node_modules moves from there to its place.
 */
async function installForStart() {
  const { required, optional } = wantedPackages('start')
  const { manifest, lock } = reduced([...required, ...optional])
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  writeFileSync(join(unfinished, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(unfinished, 'package-lock.json'), JSON.stringify(lock))
  if (existsSync(join(root, '.npmrc')))
    cpSync(join(root, '.npmrc'), join(unfinished, '.npmrc'))
  const command = npm('ci', '--ignore-scripts', '--prefix', unfinished)
  const result = await step('installing packages', [{ ...command, cwd: unfinished }], /code EUSAGE/)
  if (result !== 0)
    return { result, rest: [] }
  rmSync(modules, { recursive: true, force: true })
  renameSync(join(unfinished, 'node_modules'), modules)

  const scripted = Object.entries(readJson('package.json').allowScripts ?? {})
    .filter(([name, allowed]) => allowed && existsSync(join(modules, name)))
    .map(([name]) => name)
  const first = scripted.filter(name => required.includes(name))
  const later = scripted.filter(name => optional.includes(name))
  return {
    result: first.length === 0 ? 0 : await step(`setting up ${first.join(', ')}`, [npm('rebuild', ...first)]),
    rest: later.length === 0 ? [] : [{ ...npm('rebuild', ...later), settle: settleOptional(later) }],
  }
}

/** As npm does it: an optional package whose script fails is not there. */
function settleOptional(names) {
  return (code) => {
    // Ended by a signal to us, it has not failed.
    if (code >= 128)
      return code
    for (const name of code === 0 ? [] : names)
      rmSync(join(modules, name), { recursive: true, force: true })
    finish()
    return 0
  }
}

/**
 * The command that runs npm: the very one that runs us, on the very Node that runs it.
 *
 * @returns {import('./step.mjs').Command} To be run in the project's folder, unless `cwd` is added.
 */
function npm(...words) {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env
  // The project lives on its devDependencies, whatever NODE_ENV says.
  const args = [...words, '--include=dev', '--no-audit']
  if (cli && basename(cli) === 'npm-cli.js')
    return { program: node ?? process.execPath, args: [cli, ...args] }
  return { program: process.platform === 'win32' ? 'npm.cmd' : 'npm', args }
}
