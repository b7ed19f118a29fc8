import type { Buffer } from 'node:buffer'
import type { RedisServer } from '../../helpers/redis-server'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { patience } from '../../helpers/patience'
import { redisProgram, startRedis } from '../../helpers/redis-server'
import { build } from '../process/launch'

const program = join(import.meta.dirname, '../../../examples/three-larders/start.mjs')
const key = 'three-larders-key'

/** The steps of examples/three-larders/README.md, against the Larders that it starts. */
describe.skipIf(!redisProgram.available)(`examples/three-larders ${redisProgram.reason}`, () => {
  beforeAll(build, 300_000)

  it('a write on one is seen on the others, and copies outlive Redis', async () => {
    const redis: RedisServer = await startRedis()
    onTestFinished(() => redis.dispose())
    const child = spawn(process.execPath, [program, redis.url], {
      env: { ...process.env, LARDER_API_KEY: key, FIRST_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGTERM'))
    let said = ''
    child.stdout.on('data', (text: Buffer) => said += text.toString())
    await expect.poll(() => said, { timeout: patience }).toContain('Ctrl-C')
    const urls = [...said.matchAll(/^Larder \d: (\S+)$/gm)].map(([, url = '']) => url)
    expect(urls).toHaveLength(3)
    const ask = async (index: number, method = 'GET', body?: string): Promise<string> => {
      const url = `${urls[index]}/api/caches/shop/entries/price`
      const answer = await fetch(url, { method, headers: { 'Api-Key': key }, body: body ?? null })
      const detail = /detail=[\w-]+/.exec(answer.headers.get('Cache-Status') ?? '')?.[0]
      return [answer.status, method === 'GET' && answer.ok ? await answer.text() : '', detail].filter(Boolean).join(' ')
    }
    expect(await ask(0, 'PUT', '19.90')).toBe('201')
    expect([await ask(1), await ask(1)]).toEqual(['200 19.90', '200 19.90'])
    expect(await ask(2, 'PUT', '24.90')).toBe('204')
    await expect.poll(() => ask(1), { timeout: patience }).toBe('200 24.90')
    await redis.command('DEL', 'shop:price')
    await expect.poll(() => ask(1), { timeout: patience }).toMatch(/^404/)

    expect(await ask(0, 'PUT', '24.90')).toBe('201')
    await expect.poll(() => ask(1), { timeout: patience }).toBe('200 24.90')
    await redis.kill()
    await expect.poll(() => ask(1), { timeout: patience }).toBe('200 24.90 detail=backend-down')
    expect(await ask(0, 'PUT', '1')).toMatch(/^50[24]/)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect((await ended)[0]).toBe(0)
  }, 2 * patience)
})
