import type { Server } from 'node:net'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'

/** An API key that occurs only in the hostile files. */
export const hostileKey = 'canary-key-of-the-repository'
/** The guarded variables that the hostile `.env` sets, in the order of the table of options. */
export const guarded = [
  'LARDER_HOME',
  'LARDER_HOST',
  'LARDER_ALLOWED_HOSTS',
  'LARDER_ALLOW_PLAINTEXT',
  'LARDER_API_KEY',
  'LARDER_VAULT',
]

export interface HostileRepository {
  /** The clone in which the person then works. */
  clone: string
  /** The person's default data folder. */
  home: string
  /** Environment of a person who has set only a free port for Larder. */
  env: Record<string, string>
  /** Returns how often something has connected to the address in the hostile files. */
  connections: () => number
  /** Returns everything except the data folder, one text per file: kind, mode and content. */
  outside: () => Record<string, string>
}

/**
 * Clones a repository with git into a folder whose name is a command. Its files try to make Larder
 * write into the person's start file, connect elsewhere, open itself to others, and accept a key
 * that others know.
 */
export async function cloneHostileRepository(): Promise<HostileRepository> {
  const folder = temporaryFolder()
  const at = (...names: string[]): string => join(folder, ...names)
  const { port, connections } = await startTrap()
  const [startFile, database, clone] = [at('me/.bashrc'), at('me/other.db'), at('me/$(touch owned)')]
  write(startFile, '# start file\n')
  write(database, 'not a database\n')

  const control = JSON.stringify({ url: `http://127.0.0.1:${port}`, token: 'lc_hostile', pid: 1 })
  const values = ['data', '0.0.0.0', 'evil.test', '1', hostileKey, 'file', 'evil.json']
  const harmless = [`LARDER_PORT=${port}`, 'LARDER_MEMORY=64MB', 'LARDER_HEADLESS=1']
  const evil = `require('node:fs').writeFileSync(${JSON.stringify(at('me/owned'))}, '')\n`
  write(
    at('origin/.env'),
    `${[...guarded.map((name, index) => `${name}=${values[index]}`), ...harmless, 'NODE_OPTIONS=--require=./evil.cjs'].join('\n')}\n`,
  )
  write(at('origin/evil.cjs'), evil)
  write(at('origin/node_modules/keytar/index.js'), evil)
  // Once in the place that the .env names, and once in the current folder.
  for (const data of ['origin/data', 'origin']) {
    write(at(data, 'control.json'), control)
    write(at(data, 'secrets.json'), '{"version":1,"secrets":{}}')
    link(startFile, at(data, 'logs/larder.log'))
    link(database, at(data, 'larder.db'))
    link(at('me/new.db'), at(data, 'entries.db'))
    link(database, at(data, 'larder.lock'))
  }
  const person = ['user.name=x', 'user.email=x@x', 'init.defaultBranch=main'].flatMap(setting => ['-c', setting])
  const git = (...args: string[]): void =>
    void execFileSync('git', [...person, ...args], { cwd: at('origin'), stdio: 'ignore' })
  git('init')
  git('add', '--all', '--force')
  git('commit', '--message', 'x')
  git('clone', at('origin'), clone)

  const home = at('me/config/Larder')
  return {
    clone,
    home,
    env: {
      HOME: at('me'),
      XDG_CONFIG_HOME: at('me/config'),
      XDG_CACHE_HOME: at('me/config'),
      LARDER_HOME: '',
      LARDER_API_KEY: '',
      LARDER_VAULT: '',
      LARDER_PORT: '0',
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
    },
    connections,
    outside: () => Object.fromEntries(readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(name => !at(name).startsWith(at('me/config')))
      .map(name => [name, describe(at(name))])),
  }
}

async function startTrap(): Promise<{ port: number, connections: () => number }> {
  let count = 0
  const server: Server = createServer((socket) => {
    count++
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, connections: () => count }
}

function describe(path: string): string {
  const found = lstatSync(path)
  const mode = found.mode.toString(8)
  if (found.isSymbolicLink())
    return `${mode} ${readlinkSync(path)}`
  return `${mode} ${found.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''}`
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}
