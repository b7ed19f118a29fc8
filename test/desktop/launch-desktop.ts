import type { Page } from '@playwright/test'
import type { ChildProcess } from 'node:child_process'
import type { LaunchedServer } from '../helpers/launch-server'
import type { Commands } from '../standin/control'
import type { ShellBrowser } from './shell-browser'
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { _electron as electron } from '@playwright/test'
import { codeOf, withoutLarder } from '../helpers/launch-server'
import { patience } from '../helpers/patience'
import { portVariable } from '../standin/app-server'
import { browserVariable } from '../standin/browser'
import { pageVariable } from '../standin/page'

/** Sends a query to the stand-in. */
type Ask = <N extends keyof Commands>(
  name: N,
  ...given: Parameters<Commands[N]>
) => Promise<Awaited<ReturnType<Commands[N]>>>

export interface Desktop {
  kind: 'stand-in' | 'electron'
  /** Origin of the console in the window, as the browser sees it. */
  origin: string
  /** The server in the app, as `launchServer` returns it; its `stop` quits the app. */
  server: LaunchedServer
  /** Returns the page of the window; waits until there is one. */
  page: () => Promise<Page>
  /** Works only on the stand-in. */
  ask: Ask
  /** Returns everything that the app has written to its output. */
  output: () => string
  /** Resolves with the exit code when the app ends. */
  ended: Promise<number | null>
}

export interface DesktopOptions {
  env?: Readonly<Record<string, string>>
  args?: readonly string[]
  /** Whether to wait for the server. @default true */
  serving?: boolean
  /**
   * Whether the window appears in the page that the browser keeps. Only for one app at a time, with
   * an open window, and only on the stand-in. @default false
   */
  inKeptPage?: boolean
}

const main = resolve(import.meta.dirname, '../../out/main/index.js')
const register = resolve(import.meta.dirname, '../standin/register.mjs')
/**
 * Cache for the stand-in's compiled code. Without it, every start would strip the types and compile
 * the code again, which takes as long as the app's own start. Node checks each file's content.
 */
const compiled = resolve(import.meta.dirname, '../../node_modules/.cache/standin')

/** Returns the real Electron if it was downloaded or is required; otherwise the stand-in runs. */
export function realElectron(): string | null {
  const folder = resolve(import.meta.dirname, '../../node_modules/electron')
  const name = join(folder, 'path.txt')
  const binary = existsSync(name) ? join(folder, 'dist', readFileSync(name, 'utf8').trim()) : ''
  if (existsSync(binary))
    return binary
  if (process.env.LARDER_E2E_ELECTRON === '1')
    throw new Error('LARDER_E2E_ELECTRON=1 demands the real Electron, whose binary is not here: npx install-electron')
  return null
}

/**
 * Starts the built desktop app with its own data folder and the owner's key in the environment, on
 * the real Electron if there is one.
 */
export async function launchDesktop(browser: ShellBrowser, options: DesktopOptions = {}): Promise<Desktop> {
  const ownHome = options.env?.LARDER_HOME === undefined ? await mkdtemp(join(tmpdir(), 'larder-desktop-')) : undefined
  const home = ownHome ?? String(options.env?.LARDER_HOME)
  const apiKey = options.env?.LARDER_API_KEY ?? randomBytes(24).toString('base64url')
  const env = {
    ...withoutLarder(process.env),
    XDG_CONFIG_HOME: join(home, 'config'),
    LARDER_HOME: home,
    LARDER_API_KEY: apiKey,
    LARDER_VAULT: 'file',
    LARDER_PORT: '0',
    ...options.env,
  } as Record<string, string>
  const binary = realElectron()
  const started = binary === null
    ? await launchStandin(browser, env, home, options)
    : await launchElectron(binary, env, home, options.args ?? [])

  async function tidy(): Promise<void> {
    if (ownHome !== undefined)
      await rm(ownHome, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }

  async function stop(): Promise<number | null> {
    await started.quit()
    const code = await Promise.race([started.ended, sleep(patience, undefined, { ref: false })])
    if (code === undefined)
      started.kill()
    await tidy()
    if (code === undefined)
      throw new Error(`The desktop app did not end within ${patience} ms:\n${started.output()}`)
    return code
  }

  try {
    const url = options.serving === false ? '' : await servingUrl(home, started.ended, started.output)
    return { ...started, server: { url, home, apiKey, code: () => codeOf(url, apiKey), stop } }
  }
  catch (error) {
    started.kill()
    await started.ended
    await tidy()
    throw error
  }
}

interface Started extends Omit<Desktop, 'server'> {
  quit: () => Promise<void>
  kill: () => void
}

async function launchStandin(
  browser: ShellBrowser,
  env: Record<string, string>,
  home: string,
  { args = [], inKeptPage = false }: DesktopOptions,
): Promise<Started> {
  const { address, context } = await browser.open()
  const kept = inKeptPage ? await browser.keptPage() : null
  const child = fork(main, args, {
    cwd: home,
    execArgv: ['--import', register],
    env: {
      NODE_COMPILE_CACHE: compiled,
      ...env,
      [browserVariable]: address,
      ...kept && { [pageVariable]: kept.targetId, [portVariable]: String(kept.port()) },
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  // Not 'exit', because the last output may arrive after that.
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const output = collect(child)
  const ask = createAsk(child, ended)
  // An app that ends at once has no origin; its output tells why.
  const origin = await ask('origin').catch(() => '')
  return {
    kind: 'stand-in',
    origin,
    ask,
    ended,
    output,
    page: () =>
      poll(
        'The window',
        () => kept?.resting() ? undefined : context.pages().findLast(page => page.url().startsWith(origin)),
        ended,
        output,
      ),
    quit: async () => {
      if (child.exitCode !== null || !child.connected)
        return
      try {
        await kept?.rest(origin)
      }
      finally {
        await ask('quit').catch(() => {})
      }
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

async function launchElectron(
  binary: string,
  env: Record<string, string>,
  home: string,
  args: readonly string[],
): Promise<Started> {
  const app = await electron.launch({
    executablePath: binary,
    args: [...process.getuid?.() === 0 ? ['--no-sandbox'] : [], main, ...args],
    env,
    cwd: home,
  })
  const child = app.process()
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  return {
    kind: 'electron',
    origin: 'app://larder',
    ask: () => Promise.reject(new Error('Only the stand-in can be asked')),
    ended,
    output: collect(child),
    page: () => app.firstWindow(),
    quit: () => app.evaluate(({ app }) => app.quit()),
    kill: () => void child.kill('SIGKILL'),
  }
}

function collect(child: ChildProcess): () => string {
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
  return () => chunks.join('')
}

function createAsk(child: ChildProcess, ended: Promise<number | null>): Ask {
  const waiting = new Map<number, { resolve: (value: never) => void, reject: (error: Error) => void }>()
  let lastId = 0
  child.on('message', ({ id, value, error }: { id: number, value?: never, error?: string }) => {
    const question = waiting.get(id)
    waiting.delete(id)
    if (error === undefined)
      question?.resolve(value as never)
    else
      question?.reject(new Error(error))
  })
  void ended.then(code => waiting.forEach(({ reject }) => reject(new Error(`The stand-in ended with ${code}`))))
  return (command, ...given) => new Promise((resolve, reject) => {
    waiting.set(++lastId, { resolve, reject })
    child.send({ id: lastId, command, given })
  })
}

/** Returns the address from the control file, which exists once the server accepts requests. */
async function servingUrl(home: string, ended: Promise<unknown>, output: () => string): Promise<string> {
  const control = join(home, 'control.json')
  const port = await poll(
    'The server',
    () =>
      existsSync(control)
        ? new URL((JSON.parse(readFileSync(control, 'utf8')) as { url: string }).url).port
        : undefined,
    ended,
    output,
  )
  return `http://localhost:${port}`
}

async function poll<T>(
  what: string,
  look: () => T | undefined,
  ended: Promise<unknown>,
  output: () => string,
): Promise<T> {
  const late = AbortSignal.any([AbortSignal.timeout(patience), abortedBy(ended)])
  while (!late.aborted) {
    const found = look()
    if (found !== undefined)
      return found
    await sleep(10)
  }
  throw new Error(`${what} did not come:\n${output()}`)
}

function abortedBy(event: Promise<unknown>): AbortSignal {
  const abortion = new AbortController()
  void event.then(() => abortion.abort())
  return abortion.signal
}
