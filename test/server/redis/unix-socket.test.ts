import type { TestLarder } from '../../helpers/start-larder'
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { json } from '../contract/cases'

const isWindows = process.platform === 'win32'

async function start(socket: string): Promise<TestLarder> {
  const larder = await startLarder({ redis: { port: 0, isAsked: true, socket } })
  onTestFinished(() => larder.dispose())
  return larder
}

/** What a command is answered over the socket. */
async function ask(path: string, ...command: string[]): Promise<unknown> {
  const connection = await connectRedis(path)
  try {
    await connection.send('AUTH', ownerKey)
    return await connection.send(...command)
  }
  finally {
    connection.close()
  }
}

// Red: in src/main/redis/unix-socket.ts leave out umask and chmod.
it.skipIf(isWindows)('serves the person alone, beside the port, and is gone after the stop', async () => {
  const path = join(temporaryFolder(), 'larder.sock')
  const larder = await start(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await ask(path, 'SET', 'a', '1')).toBe('OK')
  expect((await larder.send('GET', '/api/caches/db0/entries/a')).text).toBe('1')
  expect(larder.redisUrl).toMatch(/^redis:\/\/localhost:\d+$/)
  await larder.dispose()
  expect(existsSync(path)).toBe(false)
})

// Red: in src/main/redis/redis-face.ts do not keep the socket's server among the others.
it.skipIf(isWindows)('closes and opens with the port while caching is off in the mode refuse', async () => {
  const path = join(temporaryFolder(), 'larder.sock')
  const larder = await start(path)
  await larder.send('PATCH', '/admin/settings', json({ redisOff: 'refuse' }))
  const connected = await connectRedis(path)
  await larder.send('PUT', '/admin/switch', json({ enabled: false }))
  await connected.closed
  await expect.poll(() => existsSync(path)).toBe(false)
  await larder.send('PUT', '/admin/switch', json({ enabled: true }))
  await expect.poll(() => ask(path, 'PING').catch(() => null)).toBe('PONG')
})

it.skipIf(isWindows)('replaces what a server that was killed has left', async () => {
  const path = join(temporaryFolder(), 'larder.sock')
  const program = 'const { createServer } = require("node:net"); '
    + 'createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))'
  spawnSync(process.execPath, ['-e', program, path])
  expect(statSync(path).isSocket()).toBe(true)
  await start(path)
  expect(await ask(path, 'PING')).toBe('PONG')
})

// Red: in src/main/redis/unix-socket.ts remove whatever is there.
it.skipIf(isWindows)('leaves alone what is not its own, and says so', async () => {
  const folder = temporaryFolder()
  const [file, link, taken] = ['file', 'link', 'taken'].map(name => join(folder, name)) as [string, string, string]
  writeFileSync(file, 'precious')
  symlinkSync(file, link)
  const other = createServer().listen(taken)
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  mkdirSync(join(folder, 'folder'))
  for (const [path, says] of [
    [file, `The socket ${file} is no socket.`],
    [link, `The socket ${link} is no socket.`],
    [join(folder, 'folder'), 'is no socket.'],
    [taken, `The socket ${taken} is in use by another server.`],
    [join(folder, 'none', 'larder.sock'), 'cannot be listened on: '],
    [join(folder, 'x'.repeat(100)), 'is longer than 103 bytes'],
  ] as const)
    await expect(start(path)).rejects.toThrow(says)
  expect(readFileSync(file, 'utf8')).toBe('precious')
  expect(other.listening).toBe(true)
})

it.skipIf(isWindows)('works with redis-cli', async ({ skip }) => {
  const path = join(temporaryFolder(), 'larder.sock')
  await start(path)
  try {
    const words = ['-s', path, '-a', ownerKey, '--no-auth-warning', 'SET', 'k', 'v']
    expect((await promisify(execFile)('redis-cli', words)).stdout).toBe('OK\n')
  }
  catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw error
    skip('redis-cli is not installed')
  }
})
