import type { IncomingHttpHeaders, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../../src/main/base/clock'
import type { Configuration } from '../../../src/main/base/configuration'
import type { Io } from '../../../src/main/cli/io'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Readable, Writable } from 'node:stream'
import { createManualClock } from '../../../src/main/base/clock'
import { run } from '../../../src/main/cli/run'
import { openLogs } from '../../../src/main/storage/log-reader'

interface Recorded { method: string, url: string, headers: IncomingHttpHeaders, body: Buffer }
export interface Reply { status?: number, headers?: Record<string, string>, body?: unknown }

export interface FakeLarder {
  url: string
  requests: Recorded[]
  /**
   * Sets the replies to the next requests, in order; the last one is repeated. Bytes and text are
   * sent as they are, everything else as JSON.
   */
  reply: (...replies: Reply[]) => void
  close: () => Promise<void>
}

/** Starts a server that records its requests and sends the given replies. */
export async function startFakeLarder(): Promise<FakeLarder> {
  const requests: Recorded[] = []
  let replies: Reply[] = []
  const server: Server = createServer(async (request, response) => {
    requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(await request.toArray()),
    })
    const { status = 200, headers = {}, body } = (replies.length > 1 ? replies.shift() : replies[0]) ?? { status: 500 }
    const bytes = body === undefined
      ? ''
      : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    response
      .writeHead(status, {
        'content-type': status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json',
        ...status < 400 && { 'cache-status': 'Larder; hit' },
        ...headers,
      })
      .end(bytes)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    reply(...next) {
      requests.length = 0
      replies = next
    },
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}

interface Outcome {
  code: number
  stdout: string
  stderr: string
  bytes: Buffer
  served: Configuration[]
  written: Record<string, string>
  opened: string[]
}
type Replaced = 'stopSignal'
  | 'env' | 'cwd' | 'platform' | 'stdin' | 'stdout' | 'stderr' | 'readSmallFile' | 'readPrivateFile'
interface Surroundings extends Partial<Pick<Io, Replaced>> {
  files?: Readonly<Record<string, string | Buffer>>
  input?: string | Buffer
  /** Replaces the system's opener. @default one that opens everything */
  opener?: (path: string) => Promise<void>
  tty?: boolean
  /** @default a clock that stands at the start of 2026 */
  clock?: Clock
}

/** Runs one command line in an environment that contains only the given things. */
export async function larder(
  argv: readonly string[],
  { files = {}, input, opener = async () => {}, tty = false, clock = createManualClock(), ...given }: Surroundings = {},
): Promise<Outcome> {
  const stdout = collect(tty)
  const stderr = collect(tty)
  const served: Configuration[] = []
  const written: Record<string, string> = {}
  const opened: string[] = []
  const stdin: Io['stdin'] = Readable.from(input === undefined ? [] : [Buffer.from(input)])
  stdin.isTTY = tty && input === undefined
  const code = await run(argv, {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: {},
    platform: 'linux',
    cwd: '/work-folder',
    userFolder: '/home/ada',
    machineMemory: 64e9,
    readFile: path => readFrom(files, path),
    async* readParts(path) {
      yield readFrom(files, path)
    },
    readSmallFile: path => readFrom(files, path),
    readPrivateFile: path => readFrom(files, path),
    writePrivateFile: (path, text) => void (written[path] = text),
    stopSignal: () => new AbortController().signal,
    openFile(path) {
      opened.push(path)
      return opener(path)
    },
    ...given,
  }, {
    version: '1.2.3',
    clock,
    openLogs: async home => openLogs(home),
    serve: async (configuration) => {
      served.push(configuration)
      return 0
    },
  })
  return {
    code,
    stdout: stdout.bytes().toString(),
    stderr: stderr.bytes().toString(),
    bytes: stdout.bytes(),
    served,
    written,
    opened,
  }
}

/** Reads from these files only; for others it throws the error of node:fs for missing files. */
export function readFrom(files: Readonly<Record<string, string | Buffer>>, path: string): Buffer {
  const content = Object.hasOwn(files, path) ? files[path] : undefined
  if (content === undefined)
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' })
  return Buffer.from(content as string)
}

/** Returns the list of trusted files in a data folder, with this `.env` as its only one. */
export function trustOf(home: string, path: string, content: string): Record<string, string> {
  const digest = createHash('sha256').update(content).digest('hex')
  return { [`${home}/trusted.json`]: JSON.stringify({ version: 1, files: { [path]: digest } }) }
}

export const controlPath = '/home/ada/.config/Larder/control.json'

/** Returns the control file of a server at this address, at the path that the CLI reads. */
export function controlOf(url: string, token = 'lc_secret'): Record<string, string> {
  return { [controlPath]: JSON.stringify({ url, token, pid: 1 }) }
}

function collect(isTTY: boolean): { stream: Io['stdout'], bytes: () => Buffer } {
  const chunks: Buffer[] = []
  const stream: Io['stdout'] = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  stream.isTTY = isTTY
  return { stream, bytes: () => Buffer.concat(chunks) }
}
