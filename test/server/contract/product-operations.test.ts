import { Agent } from 'node:http'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { patience } from '../../helpers/patience'
import { redisProgram, startRedis } from '../../helpers/redis-server'
import { startLarder } from '../../helpers/start-larder'
import { createDice, createStates } from '../../main/serving/elsewhere/interleaving'
import { manage } from '../security/support'

const operations = process.env.LARDER_HARD === '1' ? 10_000 : 1000
const keys = ['a', 'b', 'c', 'd']

/**
 * Many readers and one writer a key, which writes through Larder or behind its back, so that the
 * order at Redis is known. A reader must get nothing older than the last write that was made
 * through Larder, nor than what was there when the last flush or refresh began.
 */
// Red: in src/main/serving/layers/read-through.ts always take `createLocalWrites`; in
// src/main/serving/elsewhere/turns.ts let `detach` leave `current` as it is (with LARDER_HARD=1).
describe.skipIf(!redisProgram.available)(`random operations on the product cache ${redisProgram.reason}`, () => {
  it.each([1, 2])('never show a value older than a write made through Larder (%i)', async (seed) => {
    const roll = createDice(seed * 7919)
    const redis = await startRedis()
    const larder = await startLarder()
    const agent = new Agent({ keepAlive: true, maxSockets: 32 })
    onTestFinished(async () => {
      agent.destroy()
      await larder.dispose()
      await redis.dispose()
    })
    await manage(larder, 'POST', '/admin/connections', { name: 'main', driver: 'redis', url: redis.url })
    const source = { connection: 'main', key: 'product:{key}', mode: 'write-through', format: 'application/json' }
    await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 300, source })
    const states = createStates(keys)
    const turns = new Map<string, Promise<void>>()
    /** The states that were at Redis for certain, when nothing was on its way. */
    const settled = new Map<string, number>()
    const wrong: string[] = []
    let written = 0
    const send = (method: string, key: string, body?: string, headers = {}) =>
      larder.send(method, `/api/caches/products/entries/${key}`, { agent, headers, ...body !== undefined && { body } })

    async function read(key: string): Promise<void> {
      const floor = states.floor(key)
      const { status, text } = await send('GET', key)
      const answer = status === 404 ? null : text
      if ((status !== 200 && status !== 404) || !states.allows(key, floor, answer))
        wrong.push(`${key}: ${status} ${text}, but ${floor} was to be relied on`)
    }

    /** After the writes of this key that came before. */
    function inTurn(key: string, write: () => Promise<void>): Promise<void> {
      const done = (turns.get(key) ?? Promise.resolve()).then(write).then(() => {
        settled.set(key, states.numberOf(key))
      })
      turns.set(key, done)
      return done
    }

    type Change = 'delete' | 'patch' | 'create' | 'put'
    const requests: Record<Change, (key: string, value: string) => ReturnType<typeof send>> = {
      delete: key => send('DELETE', key),
      patch: (key, value) => send('PATCH', key, value, { 'Content-Type': 'application/merge-patch+json' }),
      create: (key, value) => send('PUT', key, value, { 'If-None-Match': '*' }),
      put: (key, value) => send('PUT', key, value),
    }

    function write(key: string, how: Change): Promise<void> {
      return inTurn(key, async () => {
        const value = `{"n":${++written}}`
        const before = states.latest(key)
        // It may be seen from now on.
        states.add(key, how === 'delete' ? null : value)
        const number = states.numberOf(key)
        const { status } = await requests[how](key, value)
        const done = status === 201 || status === 204
        if (done || how === 'delete')
          states.raise(key, number)
        else
          states.add(key, before)
        // Nothing is created where there is something, nor patched where there is nothing. A copy
        // here may be of what another program has deleted, so that a creation is refused.
        const fits = {
          delete: before === null ? status === 404 || done : done,
          patch: before === null ? status === 404 : done,
          create: before === null ? status === 412 || done : status === 412,
          put: done,
        }
        if (!fits[how])
          wrong.push(`${how} of ${key}, where ${before} was: ${status}`)
      })
    }

    /** Another program does it, of which Larder learns later. */
    function meddle(key: string, deletes: boolean): Promise<void> {
      return inTurn(key, async () => {
        const value = deletes ? null : `{"n":${++written}}`
        states.add(key, value)
        await (value === null ? redis.command('DEL', `product:${key}`) : redis.command('SET', `product:${key}`, value))
      })
    }

    async function followUp(refresh: boolean): Promise<void> {
      const before = [...settled]
      if (refresh) {
        const path = '/admin/caches/products/refresh'
        const { id } = await manage<{ id: string }>(larder, 'POST', path, { what: 'source' })
        const state = async (): Promise<unknown> => (await manage(larder, 'GET', `/admin/jobs/${id}`)).state
        await expect.poll(state, { timeout: patience, interval: 5 }).toBe('done')
      }
      else {
        await manage(larder, 'POST', '/admin/caches/products/flush', {})
      }
      before.forEach(([key, number]) => states.raise(key, number))
    }

    const changes: Change[] = ['delete', 'patch', 'create', 'put', 'put', 'put']
    async function worker(share: number): Promise<void> {
      for (let n = 0; n < share; n++) {
        const key = keys[roll(keys.length)] as string
        const lot = roll(40)
        if (lot < 22)
          await read(key)
        else if (lot < 34)
          await write(key, changes[roll(changes.length)] as Change)
        else if (lot < 39)
          await meddle(key, roll(4) === 0)
        else
          await followUp(roll(2) === 0)
      }
    }

    await Promise.all(Array.from({ length: 20 }, () => worker(operations / 2 / 20)))
    await followUp(true)
    await Promise.all(keys.map(read))
    expect(wrong).toEqual([])
  })
})
