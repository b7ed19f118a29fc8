import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { projectNode, root } from '../lib/node.mjs'
import { install } from './install.mjs'
import { hasTools, readJson } from './packages.mjs'
import { fingerprint, forgetBuild, needsBuild, needsInstall, rememberBuild } from './state.mjs'
import { say, step } from './step.mjs'
import { inTurn } from './turn.mjs'

/**
 * Installs and builds everything that is not up to date.
 *
 * @param {'start' | 'everything'} [wanted] For a start only what it and the build need is
 *   installed, unless the rest is there already.
 * @returns {Promise<number>} Exit code of the first step that failed, else 0.
 */
export async function prepare(wanted = 'everything') {
  if (needsInstall(wanted) || needsBuild()) {
    // Each step checks again, because the set-up that we waited for may have done our work.
    const code = await inTurn(
      async () => {
        const purpose = hasTools() ? 'everything' : wanted
        const { code, rest } = needsInstall(purpose) ? await install(purpose) : { code: 0, rest: [] }
        return code || await build(rest)
      },
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

/** electron-vite asks for it, and looks into the package unless it is told. */
function electronVersion() {
  const major = /\d+/.exec(readJson('package.json').devDependencies?.electron ?? '')?.[0]
  return major === undefined ? {} : { ELECTRON_MAJOR_VER: major }
}

/** @param {import('./step.mjs').Command[]} rest What the install has left to do. */
async function build(rest) {
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
  const parts = ['main,preload', 'renderer'].map(LARDER_BUILD => ({
    program: node,
    args: [builder, 'build', '--logLevel', 'warn'],
    env: { LARDER_BUILD, ...electronVersion() },
  }))
  const code = await step('building', [...parts, ...rest])
  if (code === 0)
    rememberBuild(sources)
  return code
}
