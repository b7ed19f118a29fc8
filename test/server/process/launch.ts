import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Answer, RequestOptions } from '../../helpers/http-client'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { send } from '../../helpers/http-client'

const root = join(import.meta.dirname, '../../..')
export const script = join(root, 'out/main/headless.js')
export const apiKey = 'process-owner-key-0123456789'

/** Builds if sources are newer than the build. For `beforeAll`, with a limit of minutes. */
export async function build(): Promise<void> {
  const child = spawn(process.execPath, ['scripts/prepare.mjs'], { cwd: root, stdio: 'inherit' })
  const [code] = await once(child, 'close') as [number | null]
  if (code !== 0)
    throw new Error(`scripts/prepare.mjs ended with code ${code}`)
}

/** Returns a server environment without the settings of the person who runs the tests. */
export function environmentOf(home: string, change: Record<string, string> = {}): Record<string, string> {
  const own = Object.entries(process.env)
    .filter(([name, value]) => value !== undefined && !name.startsWith('LARDER_')) as [string, string][]
  return {
    ...Object.fromEntries(own),
    LARDER_HOME: home,
    LARDER_PORT: '0',
    LARDER_VAULT: 'file',
    LARDER_API_KEY: apiKey,
    ...change,
  }
}

interface Ending { code: number | null, signal: NodeJS.Signals | null }

export interface ServerProcess {
  child: ChildProcessByStdio<null, Readable, Readable>
  stdout: () => string
  stderr: () => string
  /** Resolves with the port once the server is ready. Rejects with all output if it ends first. */
  ready: Promise<number>
  /** Sends a signal and waits for the end. */
  end: (signal: NodeJS.Signals) => Promise<Ending>
  ended: Promise<Ending>
  /** Sends a request with the owner's key. */
  send: (method: string, path: string, options?: RequestOptions) => Promise<Answer>
}

/**
 * Starts the built server as a person does, with its empty home as the working directory. It is
 * killed at the end of the test.
 */
export function launch(
  home: string,
  change: Record<string, string> = {},
  command: readonly string[] = [process.execPath, script, 'serve'],
): ServerProcess {
  const [file = '', ...args] = command
  const child = spawn(file, args, { cwd: home, stdio: ['ignore', 'pipe', 'pipe'], env: environmentOf(home, change) })
  let [stdout, stderr] = ['', '']
  child.stderr.setEncoding('utf8').on('data', chunk => stderr += chunk)
  const ended = once(child, 'close').then(([code, signal]): Ending => ({ code, signal }))
  const { promise: ready, resolve, reject } = Promise.withResolvers<number>()
  // A test that never awaits `ready` must not fail because of it.
  ready.catch(() => {})
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk
    const port = /^Larder ready on http:\/\/localhost:(\d+)\r?$/m.exec(stdout)?.[1]
    if (port !== undefined)
      resolve(Number(port))
  })
  void ended.then(({ code, signal }) =>
    reject(new Error(`It ended with ${signal ?? code} before it was ready:\n${stdout}${stderr}`)))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ready,
    ended,
    end(signal) {
      child.kill(signal)
      return ended
    },
    send: async (method, path, options = {}) =>
      send(
        await ready,
        method,
        path,
        { ...options, headers: { 'Api-Key': apiKey, ...options.headers as Record<string, string> } },
      ),
  }
}

/** Returns a port that is occupied until the test ends. */
export async function takenPort(host: string): Promise<number> {
  const server = createServer()
  server.listen({ host, port: 0, exclusive: true })
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null)
    throw new Error('No port was given')
  return address.port
}
