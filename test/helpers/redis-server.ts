import type { ChildProcess } from 'node:child_process'
import type { Argument, Reply } from '../../src/main/base/resp'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createReplyReader, encodeCommands } from '../../src/main/base/resp'
import { patience } from './patience'
import { requireProgram } from './programs'

export const redisProgram = requireProgram('redis-server', 'redis-server')

export interface RedisServer {
  port: number
  url: string
  /** Path of its Unix socket. */
  socket: string
  /** Sends one command, on a connection of its own. */
  command: (...words: Argument[]) => Promise<Reply>
  /** Sends many commands at once, and waits for all replies. */
  pipeline: (commands: readonly Argument[][]) => Promise<void>
  /** Answers nothing until it is thawed. */
  freeze: () => void
  thaw: () => void
  /** Kills it; resolves when it is gone. */
  kill: () => Promise<void>
  /** Starts it again on the same port, empty unless it keeps something. */
  restart: () => Promise<void>
  dispose: () => Promise<void>
}

/** Starts a real Redis on a free port, which keeps nothing unless the settings say so. */
export async function startRedis(...settings: string[]): Promise<RedisServer> {
  if (!redisProgram.available)
    throw new Error(redisProgram.reason)
  const { path } = redisProgram
  const folder = mkdtempSync(join(tmpdir(), 'larder-redis-'))
  const socket = join(folder, 'socket')
  const port = await freePort()
  let child: ChildProcess
  // Sentinels write down what they learn.
  const isSentinel = settings.some(line => line.startsWith('sentinel '))
  const configuration = join(folder, 'sentinel.conf')
  if (isSentinel)
    writeFileSync(configuration, [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, ...settings, ''].join('\n'))

  async function start(): Promise<void> {
    child = spawn(path, isSentinel
      ? [configuration, '--sentinel']
      : [
          ...['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socket, '--dir', folder],
          ...['--save', '', '--appendonly', 'no', '--loglevel', 'warning', '--logfile', join(folder, 'log')],
          ...settings,
        ], { stdio: 'ignore' })
    const deadline = performance.now() + patience
    // Any reply will do: one that wants a password is up as well.
    while (await ask(port, [['PING']]).catch(() => undefined) === undefined) {
      if (performance.now() > deadline || child.exitCode !== null)
        throw new Error('redis-server did not start')
      await sleep(20)
    }
  }
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null)
      return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  await start()
  return {
    port,
    socket,
    url: `redis://127.0.0.1:${port}`,
    command: async (...words) => (await ask(port, [words]))[0] as Reply,
    pipeline: async commands => void await ask(port, commands),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
    restart: start,
    async dispose() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function ask(port: number, commands: readonly (readonly Argument[])[]): Promise<Reply[]> {
  const socket = connect(port, '127.0.0.1')
  try {
    return await new Promise<Reply[]>((resolve, reject) => {
      const replies: Reply[] = []
      function take(reply: Reply): void {
        if (replies.push(reply) === commands.length)
          resolve(replies)
      }
      socket.on('error', reject).on('close', () => reject(new Error('closed')))
      socket.on('data', createReplyReader(take, 2 ** 30))
      socket.write(encodeCommands(commands))
    })
  }
  finally {
    socket.destroy()
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
