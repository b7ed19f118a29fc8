import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const scripts = join(import.meta.dirname, '../../../scripts')

/** Replaces npm: logs its command, then installs a builder, or fails as `npm.mode` says. */
const npm = `
const fs = require('node:fs')
const path = require('node:path')
const at = name => path.join(__dirname, '..', name)
const [command, ...args] = process.argv.slice(2)
const mode = fs.existsSync(at('npm.mode')) ? fs.readFileSync(at('npm.mode'), 'utf8') : ''
fs.appendFileSync(at('calls.log'), ['npm', command, ...args.filter(arg => !arg.startsWith('-') && !arg.includes('.install'))].join(' ') + '\\n')
fs.writeFileSync(at('npm.pid'), String(process.pid))
if (mode === 'broken') { console.log(fs.existsSync(at('npm.words')) ? fs.readFileSync(at('npm.words'), 'utf8') : 'words of npm'); process.exit(7) }
if (command === 'rebuild') process.exit(mode === 'no-compiler' && args.includes('keytar') ? 1 : 0)
if (mode === 'unfit' && process.argv[2] === 'ci') { console.error('npm error code EUSAGE'); process.exit(1) }
setTimeout(() => {
  const { packages = {} } = JSON.parse(fs.readFileSync(fs.existsSync('package-lock.json') ? 'package-lock.json' : 'package.json', 'utf8'))
  for (const folder of Object.keys(packages))
    if (folder !== '') fs.mkdirSync(folder, { recursive: true })
  fs.mkdirSync('node_modules/electron-vite/bin', { recursive: true })
  fs.copyFileSync(at('builder.js'), 'node_modules/electron-vite/bin/electron-vite.js')
  if (mode !== 'idle') fs.writeFileSync('node_modules/.package-lock.json', '{}')
}, mode === 'slow' ? 60_000 : 20)
`

/** Replaces the build tool. */
const builder = `
import fs from 'node:fs'
const part = process.env.LARDER_BUILD
if (part === 'renderer') fs.appendFileSync('calls.log', 'build\\n')
if (fs.existsSync('build.broken')) { console.log('words of the builder'); process.exit(3) }
if (fs.existsSync('build.edits')) fs.writeFileSync('src/main/headless.ts', 'edited meanwhile')
setTimeout(() => {
  const built = part === 'renderer' ? ['out/renderer/index.html'] : ['out/main/headless.js', 'out/main/index.js', 'out/preload/index.cjs', 'out/client/keyv.js']
  for (const file of built) {
    fs.mkdirSync(file.replace(/[^/]+$/, ''), { recursive: true })
    fs.writeFileSync(file, '')
  }
}, 20)
`

export interface Outcome {
  code: number | null
  output: string
  /** Milliseconds from start to end. */
  took: number
}

export interface Project {
  folder: string
  write: (file: string, text?: string) => void
  remove: (file: string) => void
  /** Sets the time of a file to `seconds` from now. */
  touch: (file: string, seconds?: number) => void
  exists: (file: string) => boolean
  read: (file: string) => string
  /** Runs `scripts/prepare.mjs` as npm would; `start` as before a start. */
  prepare: (purpose?: 'start', env?: NodeJS.ProcessEnv) => Promise<Outcome>
  start: () => ChildProcess
  /** Returns the commands for npm and the builder since the last call. */
  calls: () => string[]
  dispose: () => void
}

/** Creates a project in its own folder with the real scripts, a fake npm and a fake builder. */
export function createProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'larder-set-up-'))
  const at = (file: string): string => join(folder, file)
  function write(file: string, text = ''): void {
    mkdirSync(dirname(at(file)), { recursive: true })
    writeFileSync(at(file), text)
  }
  cpSync(scripts, at('scripts'), { recursive: true })
  write('package.json', '{"type":"module"}')
  write('package-lock.json', '{}')
  write('src/main/headless.ts')
  write('builder.js', builder)
  write('bin/package.json', '{"type":"commonjs"}')
  write('bin/npm-cli.js', npm)

  function start(args: string[] = [], env: NodeJS.ProcessEnv = {}): ChildProcess {
    return spawn(process.execPath, ['scripts/prepare.mjs', ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, npm_execpath: at('bin/npm-cli.js'), npm_node_execpath: process.execPath, ...env },
    })
  }
  return {
    folder,
    write,
    remove: file => rmSync(at(file), { recursive: true, force: true }),
    touch(file, seconds = 0) {
      const time = Date.now() / 1000 + seconds
      utimesSync(at(file), time, time)
    },
    exists: file => existsSync(at(file)),
    read: file => readFileSync(at(file), 'utf8'),
    start: () => start(),
    prepare: (purpose, env) => outcome(start(purpose ? [purpose] : [], env)),
    calls() {
      const calls = existsSync(at('calls.log')) ? readFileSync(at('calls.log'), 'utf8').trim().split('\n') : []
      rmSync(at('calls.log'), { force: true })
      return calls
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Waits for the end of a child process and collects its output. */
export function outcome(child: ChildProcess): Promise<Outcome> {
  const start = performance.now()
  let output = ''
  child.stdout?.on('data', text => output += text)
  child.stderr?.on('data', text => output += text)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, output, took: performance.now() - start }))
  })
}
