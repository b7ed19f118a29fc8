import type { RequestOptions } from '../../helpers/http-client'
import type { TierServer } from '../../helpers/larder-as-redis'
import type { TestLarder } from '../../helpers/start-larder'
import { Agent } from 'node:http'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tierServers } from '../../helpers/larder-as-redis'
import { patience } from '../../helpers/patience'
import { redisProgram } from '../../helpers/redis-server'
import { startLarder } from '../../helpers/start-larder'
import { createRandom } from '../security/random'
import { manage } from '../security/support'

const hard = process.env.LARDER_HARD === '1'
const operations = hard ? 100_000 : 3000
const keys = 30
const atOnce = 12
/** Milliseconds for which a Larder may still show what another has replaced (docs/scale.md). */
const mostBehind = 3000

/** What a key held from one change to the next; null = nothing. */
interface State { value: string | null, begun: number, replaced: number }

/** What each Larder may see of a key. */
interface Modelled {
  states: State[]
  /** By the numbers of Larders: the index of the state that its own last change made. */
  own: number[]
  /** Changes of one key come one after another; its reads come at any time. */
  turn: Promise<void>
}

interface Planned { value: string | null | undefined, run: () => Promise<void> }

/** A request, the status of its answer, and what the key holds afterwards. */
interface Asked {
  method: string
  more?: string
  options?: RequestOptions
  status: number
  value: string | null | undefined
}

const requests: [typeof put, ...(typeof put)[]] = [
  put,
  (before, number) => ({
    method: 'PUT',
    options: { body: number, headers: { 'If-None-Match': '*' } },
    status: before === null ? 201 : 412,
    value: before === null ? number : undefined,
  }),
  before => ({ method: 'DELETE', status: before === null ? 404 : 204, value: null }),
  before => ({ method: 'POST', more: '?op=increment', status: 200, value: String(Number(before ?? 0) + 1) }),
]

function put(before: string | null, number: string): Asked {
  return { method: 'PUT', options: { body: number }, status: before === null ? 201 : 204, value: number }
}

const seed = 20_261_130
const path = '/api/caches/tier/entries'

describe.each(tierServers)('three Larders and another writer at one $name', ({ start, isMissing }) => {
  if (isMissing) {
    it.skip(redisProgram.reason)
    return
  }
  const agent = new Agent({ keepAlive: true })
  let redis: TierServer
  let larders: TestLarder[]
  beforeAll(async () => {
    redis = await start()
    larders = await Promise.all([1, 2, 3].map(() => startLarder()))
    const backend = { connection: 'main', prefix: 't:', format: 'raw', contentType: 'text/plain', near: { ttl: null } }
    for (const larder of larders) {
      await manage(larder, 'POST', '/admin/connections', { name: 'main', driver: 'redis', url: redis.url })
      await manage(larder, 'POST', '/admin/caches', { name: 'tier', ttl: null, backend })
    }
  })
  afterAll(async () => {
    agent.destroy()
    await Promise.all(larders.map(larder => larder.dispose()))
    await redis.dispose()
  })

  // Red: in src/main/serving/backends/tier.ts leave `drop(key)` out of `changed`.
  it(`see what a model allows, in ${operations} random operations of seed ${seed}`, async () => {
    const random = createRandom(seed)
    const model = Array.from({ length: keys }, (): Modelled => ({
      states: [{ value: null, begun: 0, replaced: Infinity }],
      own: [0, 0, 0],
      turn: Promise.resolve(),
    }))
    const faults: string[] = []
    const done = { reads: 0, changes: 0, behind: 0 }
    const send = async (index: number, method: string, key: number, more = '', options: RequestOptions = {}) =>
      await (larders[index] as TestLarder).send(method, `${path}/k${key}${more}`, { ...options, agent })

    async function read(index: number, key: number): Promise<void> {
      const { states, own } = model[key] as Modelled
      const [from, begun] = [own[index] ?? 0, performance.now()]
      const { status, text } = await send(index, 'GET', key)
      const seen = status === 200 ? text : null
      const ended = performance.now()
      const newest = states.findLastIndex(({ value, begun }) => value === seen && begun <= ended)
      const state = states[newest]
      done.reads++
      if ((status !== 200 && status !== 404) || !state || newest < from || state.replaced < begun - mostBehind)
        faults.push(`Larder ${index} read ${status} ${seen} of k${key}; states ${JSON.stringify(states.slice(-3))}`)
      else if (state.replaced < begun)
        done.behind++
    }

    function told(what: string, actual: unknown, expected: unknown): void {
      if (JSON.stringify(actual) !== JSON.stringify(expected))
        faults.push(`${what}: ${JSON.stringify(actual)} in place of ${JSON.stringify(expected)}`)
    }

    /**
     * @param by the Larder that makes the change; null = another writer
     * @param plan says what a key will hold that held this; undefined = it stays as it is
     */
    async function change(by: number | null, key: number, plan: (before: string | null) => Planned): Promise<void> {
      const { states, own, ...one } = model[key] as Modelled
      const { promise, resolve } = Promise.withResolvers<void>()
      ;(model[key] as Modelled).turn = promise
      await one.turn
      const last = states.at(-1) as State
      const { value, run } = plan(last.value)
      // Others may see it before it is acknowledged.
      if (value !== undefined)
        states.push({ value, begun: performance.now(), replaced: Infinity })
      const made = states.length - 1
      try {
        await run()
        done.changes++
        if (value !== undefined)
          last.replaced = performance.now()
        if (by !== null && value !== undefined)
          own[by] = made
      }
      finally {
        resolve()
      }
    }

    /** A request that changes a key by one of the Larders. */
    async function ask(plan: (before: string | null, number: string) => Asked, number: string): Promise<void> {
      const [index, key] = [random.below(3), random.below(keys)]
      await change(index, key, (before) => {
        const { method, more = '', options = {}, status, value } = plan(before, number)
        return {
          value,
          run: async () => told(`${method}${more}`, (await send(index, method, key, more, options)).status, status),
        }
      })
    }

    /** Somebody who knows nothing of Larder. */
    async function elsewhere(value: string | null): Promise<void> {
      const key = random.below(keys)
      const command = value === null ? ['DEL', `t:k${key}`] : ['SET', `t:k${key}`, value]
      await change(null, key, () => ({ value, run: async () => void await redis.command(...command) }))
    }

    async function one(number: string): Promise<void> {
      const choice = random.below(100)
      if (choice < 70)
        await read(random.below(3), random.below(keys))
      else if (choice < 92)
        await ask(random.pick(requests), number)
      else
        await elsewhere(choice < 97 ? number : null)
    }

    let next = 0
    await Promise.all(Array.from({ length: atOnce }, async () => {
      while (next < operations && faults.length === 0)
        await one(String(++next))
    }))
    console.warn(`three Larders and another writer: ${JSON.stringify({ ...done, faults: faults.length })}`)
    expect(faults).toEqual([])

    // In the end all see the same.
    for (const [key, { states }] of model.entries()) {
      for (const index of [0, 1, 2]) {
        await expect.poll(async () => {
          const { status, text } = await send(index, 'GET', key)
          return status === 200 ? text : null
        }, { timeout: patience }).toBe(states.at(-1)?.value)
      }
    }
    const tiers = await Promise.all(larders.map(larder =>
      manage<{ tier: { copies: number, invalidations: number } }>(larder, 'GET', '/admin/caches/tier')))
    expect(tiers.map(({ tier }) => tier.copies > 0 && tier.invalidations > 0)).toEqual([true, true, true])
  }, 600_000)
})
