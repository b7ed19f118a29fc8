import type { Buffer } from 'node:buffer'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Load and servers each get their own core, if there are two. Otherwise they would slow each other
 * down by chance.
 */
export const loadCore = '0'
export const serverCore = cpus().length > 1 ? '1' : '0'

/** A server under load, on its own core and 127.0.0.1. */
export interface Peer {
  name: string
  port: number
  /** Resident bytes at the moment. */
  memory: () => number
  /** Microseconds of processor time so far, in steps of 10,000. */
  cpuTime: () => number
  stop: () => Promise<void>
}

/** A bare server's answer to a method. Headers are names and values alternating. */
export interface Answer { status: number, headers: string[], body: string }

export const key = 'bench-owner-key-0123456789'
/** A Larder to measure: its name in tables, and its `headless.js`. */
export interface Build { name: string, script: string }

/** The build of these sources. */
export const thisBuild: Build = { name: 'Larder', script: join(import.meta.dirname, '../../out/main/headless.js') }
/** Milliseconds after which a server that has not started is given up. */
const patience = 20_000

/**
 * @property home folder that the caller removes; by default a temporary one until the stop
 * @property redisPort where it speaks the Redis protocol; by default nowhere
 */
interface LarderOptions { build?: Build, home?: string, memory?: string, redisPort?: number }

/** Starts Larder as people run it: a build, default settings, every feature on. */
export async function startLarder({ build = thisBuild, home, memory, redisPort }: LarderOptions = {}): Promise<Peer> {
  const folder = home ?? temporaryFolder()
  const env = {
    ...withoutLarder(),
    LARDER_HOME: folder,
    LARDER_VAULT: 'file',
    LARDER_API_KEY: key,
    ...(memory !== undefined && { LARDER_MEMORY: memory }),
    ...(redisPort !== undefined && { LARDER_REDIS_PORT: String(redisPort) }),
  }
  const command = [process.execPath, build.script, 'serve', '--port', '0']
  const ready = /^Larder ready on http:\/\/localhost:(\d+)$/m
  const peer = await start(build.name, command, { cwd: folder, env, ready })
  return home === undefined
    ? { ...peer, stop: () => peer.stop().finally(() => rmSync(folder, { recursive: true, force: true })) }
    : peer
}

export function startBare(answers: Partial<Record<'GET' | 'PUT' | 'POST', Answer>>): Promise<Peer> {
  return start('bare node:http', [process.execPath, join(import.meta.dirname, 'bare.ts'), JSON.stringify(answers)])
}

export function startExpress(headers: readonly string[]): Promise<Peer> {
  return start('Express', [process.execPath, join(import.meta.dirname, 'express.ts'), key, JSON.stringify(headers)])
}

/** @param options.folder where it keeps its file, if it is to load one or told to save one */
export async function startRedis({ folder }: { folder?: string } = {}): Promise<Peer> {
  const port = await freePort()
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const command = ['redis-server', ...own, ...folder === undefined ? [] : ['--dir', folder]]
  return start('Redis', command, { ready: /Ready to accept connections/, port })
}

/** Starts Webdis, with one thread, over a Redis on the same core. */
export async function startWebdis(): Promise<Peer> {
  const redis = await startRedis()
  const port = await freePort()
  const folder = temporaryFolder()
  const file = join(folder, 'webdis.json')
  await writeFile(
    file,
    JSON.stringify({
      redis_host: '127.0.0.1',
      redis_port: redis.port,
      http_host: '127.0.0.1',
      http_port: port,
      threads: 1,
      pool_size: 10,
      daemonize: false,
      websockets: false,
      database: 0,
      verbosity: 0,
      logfile: join(folder, 'webdis.log'),
    }),
  )
  const webdis = await start('Webdis + Redis', ['webdis', file], { port })
  async function stop(): Promise<void> {
    await webdis.stop()
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...webdis, cpuTime: () => webdis.cpuTime() + redis.cpuTime(), stop }
}

export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    }
    catch {
      // Not in this folder.
      return false
    }
  })
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'larder-bench-'))
}

interface StartOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Matches once it is ready; the first group is the port. @default the bench's own line */
  ready?: RegExp
  /** Port that it was told to use. Without `ready`, this is tried until the server answers. */
  port?: number
}

/** Starts a server on its core. Throws with the server's output if it does not get ready. */
export async function start(
  name: string,
  command: readonly string[],
  { cwd, env = process.env, port, ready = port === undefined ? /^port (\d+)$/m : undefined }: StartOptions = {},
): Promise<Peer> {
  const child = spawn('taskset', ['-c', serverCore, ...command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => output = (output + chunk).slice(-10_000))
  const stop = (): Promise<void> => end(child)
  const until = performance.now() + patience
  while (performance.now() < until && child.exitCode === null) {
    const found = ready
      ? Number(ready.exec(output)?.[1] ?? (ready.test(output) ? port : Number.NaN))
      : await answers(port) ? Number(port) : Number.NaN
    if (found > 0) {
      return {
        name,
        port: found,
        memory: () => residentMemory(child.pid ?? 0),
        cpuTime: () => cpuTime(child.pid ?? 0),
        stop,
      }
    }
    await sleep(10)
  }
  await stop()
  throw new Error(`${name} did not start:\n${output}`)
}

async function answers(port: number | undefined): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/PING`).then(response => response.ok, () => false)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null)
    return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await exited
  clearTimeout(timer)
}

function residentMemory(pid: number): number {
  return Number(/VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

/**
 * User and system time of all threads, in Linux's unit of 1/100 s (proc_pid_stat(5), fields 14 and
 * 15).
 */
function cpuTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string')
    throw new Error('No free port')
  return address.port
}

function withoutLarder(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LARDER_')))
}
