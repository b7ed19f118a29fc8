import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import * as util from 'node:util'
import { run } from './lib/child.mjs'
import { root } from './lib/node.mjs'
import { withProjectNode } from './lib/with-project-node.mjs'

const headless = join(root, 'out/main/headless.js')
const desktop = join(root, 'out/main/index.js')
const args = process.argv.slice(2)

await withProjectNode(async () => {
  const electron = electronBinary()
  const obstacle = whyNotDesktop(electron)
  if (!obstacle) {
    process.exitCode = await run(electron, [desktop, ...args])
    return
  }
  console.error(`larder: no window, because ${obstacle}; running headless.`)
  process.argv = [process.execPath, headless, 'serve', ...args]
  await import(pathToFileURL(headless).href)
})

/** @returns {string | undefined} Electron's binary, where it was downloaded. */
function electronBinary() {
  const folder = join(root, 'node_modules/electron')
  const name = join(folder, 'path.txt')
  if (!existsSync(name))
    return undefined
  const binary = join(folder, 'dist', readFileSync(name, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

/** @returns {string | undefined} The first thing that the desktop app lacks here. */
function whyNotDesktop(electron) {
  if (args.includes('--headless'))
    return '--headless was given'
  if (isOn(setting('LARDER_HEADLESS')))
    return 'LARDER_HEADLESS is set'
  if (!existsSync(desktop))
    return 'this build has no desktop part'
  if (!electron)
    return 'Electron\'s binary is not installed'
  if (process.platform !== 'darwin' && process.platform !== 'win32' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display'
  return undefined
}

/** From the environment, else from `.env` in the working directory, as the server itself reads its settings. */
function setting(name) {
  if (process.env[name] !== undefined || !existsSync('.env'))
    return process.env[name]
  return util.parseEnv(readFileSync('.env', 'utf8'))[name]
}

function isOn(value) {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase())
}
