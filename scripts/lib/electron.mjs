import { Buffer } from 'node:buffer'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { run } from './child.mjs'
import { root } from './node.mjs'
import { headlessSetting, isOn } from './setting.mjs'

const electron = join(root, 'node_modules/electron')
/** The built entry of the desktop app. */
export const desktop = join(root, 'out/main/index.js')

/**
 * Finds out why this start cannot have a window. Looks for Electron's binary last, because that can
 * be fetched.
 *
 * @param {string[]} args Arguments of the command line.
 * @returns {string | undefined} The first reason, as the end of a sentence.
 */
export function whyNoWindow(args) {
  if (args.includes('--headless'))
    return '--headless was given'
  if (isOn(headlessSetting()))
    return 'LARDER_HEADLESS is set'
  if (!existsSync(desktop))
    return 'this build has no desktop part'
  if (!hasDisplay())
    return 'there is no display'
  if (!electronBinary() && isOn(process.env.CI))
    return 'Electron\'s binary is not installed, and CI fetches none'
  return undefined
}

/** Whether a window may be wanted here, for which the package `electron` has to be installed. */
export function placeForWindow() {
  return !isOn(headlessSetting()) && hasDisplay() && !isOn(process.env.CI)
}

function hasDisplay() {
  return process.platform === 'darwin'
    || process.platform === 'win32'
    || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** @returns {string | undefined} Electron's binary, if it was fetched. */
export function electronBinary() {
  // Electron's installer writes this file last.
  const name = join(electron, 'path.txt')
  if (!existsSync(name))
    return undefined
  const binary = join(electron, 'dist', readFileSync(name, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

/**
 * Fetches the binary with Electron's own installer, and shows how long that takes.
 *
 * @param {{ limit?: number }} [options] Milliseconds after which it is stopped; one minute by
 *   default.
 * @returns {Promise<{ binary?: string, problem?: string, signal?: number }>} The binary, or the
 *   reason why there is none as the end of a sentence; `signal` is 128 + n if a signal to this
 *   process ended it.
 */
export async function fetchElectron({ limit = 60_000 } = {}) {
  const words = []
  const done = showTime(
    `fetching Electron's binary, once (at most ${Math.ceil(limit / 1000)} s; LARDER_HEADLESS=1 goes without a window) …`,
  )
  const start = performance.now()
  const code = await run(process.execPath, [join(electron, 'install.js')], {
    timeout: limit,
    killSignal: 'SIGKILL',
    onOutput: text => words.push(text),
  })
  const binary = electronBinary()
  done(code === 0 && binary !== undefined)
  if (code === 0 && binary !== undefined)
    return { binary }
  if (code > 128 && code !== 128 + constants.signals.SIGKILL)
    return { signal: code }
  if (performance.now() - start >= limit)
    return { problem: `Electron's binary did not come within ${limit / 1000} s` }
  const said = Buffer.concat(words).toString().split('\n').find(line => line.trim() !== '')?.trim()
  return { problem: `Electron's binary cannot be fetched (${said ?? `its installer ended with code ${code}`})` }
}

/** Shows a line that counts the seconds on a terminal. Returns a function that ends it. */
function showTime(text) {
  const start = performance.now()
  const seconds = () => `${Math.round((performance.now() - start) / 1000)} s`
  process.stderr.write(`larder: ${text}`)
  const timer = process.stderr.isTTY
    ? setInterval(() => process.stderr.write(`\rlarder: ${text} ${seconds()}`), 1000)
    : undefined
  return (fetched) => {
    clearInterval(timer)
    process.stderr.write(
      `${timer === undefined ? '' : `\rlarder: ${text}`} ${fetched ? '' : 'no, after '}${seconds()}\n`,
    )
  }
}
