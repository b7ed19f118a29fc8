import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { patience } from './patience'

export interface LaunchedServer {
  /** `http://localhost:PORT` */
  url: string
  /** Its data folder. `stop` removes it unless `env` contained it. */
  home: string
  /** The owner's API key with all scopes. */
  apiKey: string
  /** Returns a new one-time sign-in code of the owner. */
  code: () => Promise<string>
  /** Ends it with SIGTERM. Returns its exit code. Throws if it had to be killed. */
  stop: () => Promise<number | null>
}

interface LaunchOptions {
  env?: Readonly<Record<string, string>>
  /** Flags after `serve`. @default ['--port', '0'] */
  args?: readonly string[]
}

const script = join(import.meta.dirname, '../../out/main/headless.js')
/** Keeps the compiled code from one start to the next. Node checks each file's content. */
const compiled = join(import.meta.dirname, '../../node_modules/.cache/servers')

/**
 * Starts the built server as people do, with its own data folder. Throws an error with its output
 * if it does not become ready.
 */
export async function launchServer({ env = {}, args = ['--port', '0'] }: LaunchOptions = {}): Promise<LaunchedServer> {
  const ownHome = env.LARDER_HOME === undefined ? await mkdtemp(join(tmpdir(), 'larder-e2e-')) : undefined
  const home = ownHome ?? String(env.LARDER_HOME)
  const apiKey = env.LARDER_API_KEY ?? randomBytes(24).toString('base64url')
  // The working directory is the empty data folder, so that no .env of the person who runs the
  // tests is read.
  const child = spawn(process.execPath, [script, 'serve', ...args], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutLarder(process.env),
      NODE_COMPILE_CACHE: compiled,
      LARDER_HOME: home,
      LARDER_API_KEY: apiKey,
      LARDER_VAULT: 'file',
      ...env,
    },
  })

  async function stop(): Promise<number | null> {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    const inTime = await Promise.race([ended?.then(() => true) ?? true, sleep(patience, false, { ref: false })])
    if (!inTime) {
      child.kill('SIGKILL')
      await ended
    }
    if (ownHome !== undefined)
      await rm(ownHome, { recursive: true, force: true })
    if (!inTime)
      throw new Error(`The server did not end within ${patience} ms after SIGTERM`)
    return child.exitCode
  }

  try {
    const url = await readyUrl(child)
    return { url, home, apiKey, code: () => codeOf(url, apiKey), stop }
  }
  catch (error) {
    await stop()
    throw error
  }
}

async function readyUrl(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line)
      const url = /^Larder ready on (http:\/\/localhost:\d+)$/.exec(line)?.[1]
      if (url !== undefined)
        resolve(url)
    })
  }
  child.once('error', reject)
  child.once('close', (code, signal) =>
    reject(new Error(`The server ended with ${signal ?? code} before it was ready:\n${output.join('\n')}`)))
  const timer = setTimeout(
    () => reject(new Error(`The server was not ready within ${patience} ms:\n${output.join('\n')}`)),
    patience,
  )
  try {
    return await promise
  }
  finally {
    clearTimeout(timer)
  }
}

/** Returns a new one-time sign-in code of the owner. */
export async function codeOf(url: string, apiKey: string): Promise<string> {
  const response = await fetch(`${url}/admin/session/code`, { method: 'POST', headers: { 'Api-Key': apiKey } })
  if (response.status !== 201)
    throw new Error(`No one-time code: ${response.status} ${await response.text()}`)
  const { code } = await response.json() as { code: string }
  return code
}

/** Returns the environment without the person's own Larder settings. */
export function withoutLarder(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('LARDER_')))
}
