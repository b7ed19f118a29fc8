import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { patience } from '../../helpers/patience'
import { outcome } from './project'

/** Runs until SIGTERM arrives. */
const stay = `process.on('SIGTERM', () => process.exit(process.argv.includes('--stay') ? 0 : 143)); setInterval(() => {}, 1000)
require('node:fs').writeFileSync('staying', '')`
/** Replaces Electron's binary: prints its arguments, and ends on SIGTERM as the app does. */
const app = `#!${process.execPath}
console.log('window', process.argv.slice(2).map(arg => require('node:path').basename(arg)).join(' '))
if (process.argv.includes('--stay')) { ${stay} }`
/** Replaces Electron's installer. */
const installer = `const fs = require('node:fs')
console.log('words of the installer')
fs.mkdirSync(__dirname + '/dist', { recursive: true })
fs.writeFileSync(__dirname + '/dist/electron', fs.readFileSync(__dirname + '/app'), { mode: 0o755 })
fs.writeFileSync(__dirname + '/path.txt', 'electron')`

/** Creates a built project with a fake Electron. */
function project(install: string) {
  const folder = temporaryFolder()
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  cpSync(join(import.meta.dirname, '../../../scripts'), join(folder, 'scripts'), { recursive: true })
  write('package.json', '{"type":"module"}')
  write('out/main/index.js', '')
  write('out/main/headless.js', 'console.log("headless", process.argv.slice(2).join(" "))')
  write('node_modules/electron/package.json', '{}')
  write('node_modules/electron/app', app)
  write('node_modules/electron/install.js', install)
  const start = (args: string[] = [], env: Record<string, string> = {}) =>
    inGroup(['scripts/start.mjs', ...args], folder, { PATH: process.env.PATH, DISPLAY: ':99', ...env })
  return { folder, start }
}

/** Starts Node in a process group that is killed with the test, including all its children. */
function inGroup(args: string[], cwd: string, env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const { pid } = child
  onTestFinished(() => {
    try {
      if (pid !== undefined)
        process.kill(-pid, 'SIGKILL')
    }
    catch (error) {
      // All processes have ended, as they should.
      expect(error).toMatchObject({ code: 'ESRCH' })
    }
  })
  return child
}

describe.skipIf(process.platform === 'win32')('npm start', () => {
  // Red: in scripts/start.mjs run headless whatever fetchElectron returns.
  it('fetches Electron once, says so, and opens the window', async () => {
    const { start } = project(installer)
    const first = await outcome(start(['--port', '0']))
    expect(first.output).toMatch(
      /^larder: fetching Electron's binary, once \(at most 60 s; .*\) … \d+ s\nwindow index\.js --port 0\n$/,
    )
    expect(first.code).toBe(0)
    expect((await outcome(start())).output).toBe('window index.js\n')
  })

  // Red: in scripts/lib/electron.mjs return `{ binary }` whatever the code is.
  it.each([
    [
      'fails',
      'console.error("Error: no such host\\n    at x"); process.exit(1)',
      'Electron\'s binary cannot be fetched (Error: no such host)',
    ],
    [
      'fails without a word',
      'process.exit(3)',
      'Electron\'s binary cannot be fetched (its installer ended with code 3)',
    ],
    [
      'says that all is well but brings nothing',
      '',
      'Electron\'s binary cannot be fetched (its installer ended with code 0)',
    ],
  ])('runs headless when the installer %s, and says why in one line', async (_, install, reason) => {
    const { code, output } = await outcome(project(install).start(['--port', '0']))
    expect(output
      .split('\n')
      .sort()).toEqual([
      '',
      'headless serve --port 0',
      expect.stringMatching(/^larder: fetching .* … no, after \d+ s$/),
      `larder: no window, because ${reason}; running headless.`,
    ])
    expect(code).toBe(0)
  })

  // Red: in scripts/lib/electron.mjs leave out `timeout`.
  it('ends an installer that does not come to an end', async () => {
    const { folder } = project('setInterval(() => {}, 1000)')
    const program = 'import { fetchElectron } from "./scripts/lib/electron.mjs"; console.log(JSON.stringify(await fetchElectron({ limit: 300 })))'
    const { output } = await outcome(inGroup(['--input-type=module', '--eval', program], folder))
    expect(output).toContain('{"problem":"Electron\'s binary did not come within 0.3 s"}')
  })

  // Red: in scripts/lib/electron.mjs leave out the line that checks CI (or any of the others).
  it.each([
    ['under CI', [], { CI: 'true' }, 'Electron\'s binary is not installed, and CI fetches none'],
    ['with LARDER_HEADLESS', [], { LARDER_HEADLESS: '1' }, 'LARDER_HEADLESS is set'],
    ['with --headless', ['--headless'], {}, '--headless was given'],
    ['without a display', [], { DISPLAY: '' }, 'there is no display'],
  ])('fetches nothing %s', async (_, args, env, reason) => {
    const { output } = await outcome(project(installer).start(args, env))
    // There are two streams, so the order of their lines is undefined.
    expect(output
      .split('\n')
      .sort()).toEqual([
      '',
      `headless serve${args.map(arg => ` ${arg}`).join('')}`,
      `larder: no window, because ${reason}; running headless.`,
    ])
  })

  // Red: in scripts/lib/child.mjs forward nothing; for the installer, in scripts/start.mjs leave
  // out the branch of `signal`.
  it.each([
    ['the window', installer, ['--stay'], 0],
    ['the installer', stay, [], 143],
  ])('hands SIGTERM on to %s and opens nothing afterwards', async (_, install, args, expected) => {
    const { folder, start } = project(install)
    const child = start(args)
    const ended = outcome(child)
    await vi.waitUntil(() => existsSync(join(folder, 'staying')), { timeout: patience, interval: 10 })
    child.kill('SIGTERM')
    const { code, output } = await ended
    expect(code).toBe(expected)
    expect(output).not.toContain('headless serve')
  })
})
