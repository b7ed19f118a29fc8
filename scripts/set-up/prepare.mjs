import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import process from 'node:process'
import { run } from '../lib/child.mjs'
import { projectNode, root } from '../lib/node.mjs'
import { fingerprint, forgetBuild, hasLockFile, needsBuild, needsInstall, rememberBuild } from './state.mjs'
import { inTurn } from './turn.mjs'

const declined = 'declined'

/** Errors of the tools, and what they should have said. */
const advice = [
  [
    /Cannot find native binding/,
    'The build tool\'s native part is an optional dependency, and this install left those out. Run `npm ci` without --omit=optional; or bring out/ from a build elsewhere and run `node out/main/headless.js`.',
  ],
  [
    /code (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT)/,
    'The package registry cannot be reached. The first start needs it, later ones do not.',
  ],
]

/**
 * Installs and builds everything that is not up to date.
 *
 * @returns {Promise<number>} Exit code of the first step that failed, otherwise 0.
 */
export async function prepare() {
  if (needsInstall() || needsBuild()) {
    // Each step checks again, because the set-up that we waited for may have done our work.
    const code = await inTurn(
      async () => await install() || await build(),
      holder => say(`another set-up is running (${holder}); waiting for it.\n`),
    )
    if (code !== 0)
      return code
  }
  teachExec()
  return 0
}

/**
 * package.json says `exec node …`, because npm only signals the shell that it starts: without
 * `exec` a SIGTERM kills that shell and leaves the server running. The shell of Windows has no such
 * command, and needs none, because Windows has no such signals.
 */
function teachExec() {
  const file = join(root, 'node_modules/.bin/exec.cmd')
  if (process.platform === 'win32' && !existsSync(file))
    writeFileSync(file, '@%*\r\n')
}

async function install() {
  if (!needsInstall())
    return 0
  let result = hasLockFile() ? await step('installing packages', ...npm('ci'), /code EUSAGE/) : declined
  if (result === declined)
    result = await step('installing packages, for which there is no lock file that fits', ...npm('install'))
  if (result === 0) {
    // npm does not touch the file if nothing was to do; the lock file would stay newer for ever.
    utimesSync(join(root, 'node_modules/.package-lock.json'), new Date(), new Date())
    forgetBuild()
  }
  return result
}

async function build() {
  if (!needsBuild())
    return 0
  const node = projectNode()
  const builder = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  if (!node || !existsSync(builder)) {
    say(
      `cannot build: ${node ? 'the build tool' : 'the project\'s own Node 24'} is not installed. Run \`npm ci\` without --omit and --ignore-scripts.\n`,
    )
    return 1
  }
  const sources = fingerprint()
  forgetBuild()
  const code = await step('building', node, [builder, 'build', '--logLevel', 'warn'])
  if (code === 0)
    rememberBuild(sources)
  return code
}

/** Program and arguments for npm: the same npm that runs this script, on the same Node. */
function npm(command) {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env
  // The project needs its devDependencies, whatever NODE_ENV says.
  const args = [command, '--include=dev', '--no-audit']
  if (cli && basename(cli) === 'npm-cli.js')
    return [node ?? process.execPath, [cli, ...args]]
  return process.platform === 'win32' ? ['npm.cmd', args] : ['npm', args]
}

/**
 * Runs one step and shows it in one line with its time. The tool's own output is only shown if it
 * fails.
 *
 * @param {string} name
 * @param {string} program
 * @param {string[]} args
 * @param {RegExp} [declines] Matches the tool's output if it cannot do this here, and another step
 *   should.
 * @returns {Promise<number | typeof declined>} Exit code of the tool.
 */
async function step(name, program, args, declines) {
  const start = performance.now()
  const output = []
  say(`${name} …`)
  const code = await run(program, args, {
    cwd: root,
    env: environment(),
    shell: program.endsWith('.cmd'),
    onOutput: text => output.push(text),
  })
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`
  if (code === 0) {
    process.stderr.write(` ${took}\n`)
    return 0
  }
  const text = Buffer.concat(output).toString()
  if (declines?.test(text)) {
    process.stderr.write(` not possible (${took})\n`)
    return declined
  }
  process.stderr.write(` failed with code ${code} after ${took}\n${text}\n`)
  for (const [sign, sentence] of advice) {
    if (sign.test(text))
      say(`${sentence}\n`)
  }
  return code
}

/**
 * The environment without the project's own programs in PATH, because an install removes the Node
 * that it would run on.
 */
function environment() {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(folder => folder !== join(root, 'node_modules/.bin'))
    .join(delimiter)
  return { ...process.env, PATH: path }
}

function say(text) {
  process.stderr.write(`larder: ${text}`)
}
