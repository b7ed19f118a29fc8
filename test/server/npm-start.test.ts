import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const ready = /^Larder ready on (http:\/\/localhost:\d+)$/m

interface Running {
  child: ChildProcessByStdio<null, Readable, Readable>
  output: () => string
  /** Exit code and signal, once the process has ended and its output is closed. */
  ended: Promise<{ code: number | null, signal: NodeJS.Signals | null }>
  /** Resolves with the server's address once it is ready. */
  url: () => Promise<string>
}

let home: string
let running: Running | undefined

/** Starts Larder as a person does, in its own process group as in a shell. */
function npmStart(environment: NodeJS.ProcessEnv = {}): Running {
  const child = spawn('npm', ['start'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LARDER_HEADLESS: '1',
      LARDER_PORT: '0',
      LARDER_HOME: home,
      LARDER_VAULT: 'file',
      ...environment,
    },
  })
  let text = ''
  const collect = (chunk: string): void => void (text += chunk)
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)
  const ended = new Promise<{
    code: number | null
    signal: NodeJS.Signals | null
  }>(resolve => child.once('close', (code, signal) => resolve({ code, signal })))
  return {
    child,
    output: () => text,
    ended,
    url: () => new Promise((resolve, reject) => {
      const look = (): void => {
        const url = ready.exec(text)?.[1]
        if (url)
          resolve(url)
      }
      child.stdout.on('data', look)
      look()
      void ended.then(({ code }) => reject(new Error(`npm start ended with ${code} before it was ready:\n${text}`)))
    }),
  }
}

/** Signals the whole group, like Ctrl-C in a terminal. */
function signalGroup({ child }: Running, signal: NodeJS.Signals): void {
  if (child.pid === undefined)
    throw new Error('npm did not start.')
  process.kill(-child.pid, signal)
}

beforeAll(async () => {
  // The set-up may have to build; the limits below are only for starts.
  const prepared = spawn(process.execPath, ['scripts/prepare.mjs'], { cwd: root, stdio: 'inherit' })
  expect(await new Promise(resolve => prepared.once('close', resolve))).toBe(0)
}, 300_000)
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'larder-start-'))
})
afterEach(async () => {
  if (running && running.child.exitCode === null) {
    signalGroup(running, 'SIGKILL')
    await running.ended
  }
  running = undefined
  rmSync(home, { recursive: true, force: true })
})

describe('npm start', () => {
  it('says why there is no window, serves, and ends with code 0 on SIGTERM to npm', async () => {
    running = npmStart()
    const url = await running.url()
    expect(running.output()).toMatch(/^larder: no window, because LARDER_HEADLESS is set; running headless\.$/m)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    running.child.kill('SIGTERM')
    expect(await running.ended, running.output()).toEqual({ code: 0, signal: null })
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
  })

  it.each([
    ['SIGINT to npm', (it: Running) => it.child.kill('SIGINT')],
    ['SIGINT to the group, as Ctrl-C does, which npm forwards once more', (it: Running) => signalGroup(it, 'SIGINT')],
    ['SIGTERM to the group', (it: Running) => signalGroup(it, 'SIGTERM')],
  ])('ends with code 0 on %s', async (_, end) => {
    running = npmStart()
    const url = await running.url()
    end(running)
    expect(await running.ended, running.output()).toEqual({ code: 0, signal: null })
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
  })
})
