import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { patience } from './patience'
import { requireProgram } from './programs'
import { freePort } from './redis-server'

export const memcachedProgram = requireProgram('memcached', 'memcached')

export interface MemcachedServer {
  url: string
  /** Sends bytes on a connection of its own; resolves to what comes until this is at its end. */
  ask: (bytes: Buffer | string, end: RegExp) => Promise<Buffer>
  kill: () => Promise<void>
  restart: () => Promise<void>
  dispose: () => Promise<void>
}

/**
 * Starts a real memcached on a free port.
 *
 * @param credentials `user:password` that it asks for
 */
export async function startMemcached(credentials?: string): Promise<MemcachedServer> {
  if (!memcachedProgram.available)
    throw new Error(memcachedProgram.reason)
  const { path } = memcachedProgram
  const folder = mkdtempSync(join(tmpdir(), 'larder-memcached-'))
  const port = await freePort()
  if (credentials !== undefined)
    writeFileSync(join(folder, 'users'), `${credentials}\n`)
  let child: ChildProcess

  async function start(): Promise<void> {
    child = spawn(path, [
      ...['-p', String(port), '-l', '127.0.0.1', '-U', '0', '-m', '64', '-c', '4096', '-u', userInfo().username],
      ...credentials === undefined ? [] : ['-Y', join(folder, 'users')],
    ], { stdio: 'ignore' })
    const deadline = performance.now() + patience
    while (await ask('version\r\n', /\r\n$/).catch(() => undefined) === undefined) {
      if (performance.now() > deadline || child.exitCode !== null)
        throw new Error('memcached did not start')
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
  async function ask(bytes: Buffer | string, end: RegExp): Promise<Buffer> {
    const socket = connect(port, '127.0.0.1')
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        let all = Buffer.alloc(0)
        socket.on('error', reject).on('close', () => reject(new Error('closed')))
        socket.on('data', (chunk) => {
          all = Buffer.concat([all, chunk])
          if (end.test(all.toString('latin1')))
            resolve(all)
        })
        socket.write(bytes)
      })
    }
    finally {
      socket.destroy()
    }
  }

  await start()
  return {
    url: `memcached://127.0.0.1:${port}`,
    ask,
    kill,
    restart: start,
    async dispose() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
