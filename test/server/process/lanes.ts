import type { ServerProcess } from './launch'
import { Agent } from 'node:http'
import { expect } from 'vitest'
import { send } from '../../helpers/http-client'

/**
 * A client that changes things of its own one after the other until its server is gone, and knows
 * what was acknowledged.
 */
export interface Lane {
  /** How many changes were acknowledged so far. */
  readonly acknowledged: number
  /** Goes on until the server is gone. */
  run: (server: ServerProcess) => Promise<void>
  /**
   * Compares what a server has with what was acknowledged, and goes on from what it has. Returns
   * what is missing.
   */
  check: (server: ServerProcess) => Promise<string[]>
}

/** A state that was acknowledged, and the one that was asked for since, if any. */
interface Known<T> { sure: T, asked?: T }

async function call(
  server: ServerProcess,
  agent: Agent,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number, text: string }> {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  return await server.send(method, path, { agent, ...text !== undefined && { body: text } })
}

/** Makes a cache, changes its TTL, deletes it, and so on. */
export function cacheLane(name: string): Lane {
  let known: Known<number | null> = { sure: null }
  let count = 0
  let acknowledged = 0
  return {
    get acknowledged() {
      return acknowledged
    },
    async run(server) {
      const agent = new Agent({ keepAlive: true })
      try {
        for (;;) {
          const next = known.sure === null ? ++count : count % 3 === 0 ? null : ++count
          known.asked = next
          const { status } = known.sure === null
            ? await call(server, agent, 'POST', '/admin/caches', { name, ttl: next })
            : next === null
              ? await call(server, agent, 'DELETE', `/admin/caches/${name}`)
              : await call(server, agent, 'PATCH', `/admin/caches/${name}`, { ttl: next })
          expect(status, name).toBeLessThan(300)
          if (next === null)
            count++
          known = { sure: next }
          acknowledged++
        }
      }
      catch (error) {
        refuseAnswers(error)
      }
      agent.destroy()
    },
    async check(server) {
      const { json } = await server.send('GET', '/admin/caches')
      const found = json<{ name: string, ttl: number }[]>().find(cache => cache.name === name)?.ttl ?? null
      const { sure, asked = sure } = known
      known = { sure: found }
      return found === sure || found === asked ? [] : [`cache ${name}: ${sure} was acknowledged, ${found} is there`]
    },
  }
}

/** Makes keys and revokes every other one. */
export function keyLane(label: string): Lane {
  /** Whether the key of a secret must work: undefined while its revocation has no answer. */
  const keys = new Map<string, boolean | undefined>()
  let acknowledged = 0
  return {
    get acknowledged() {
      return acknowledged
    },
    async run(server) {
      const agent = new Agent({ keepAlive: true })
      try {
        for (let round = 0; ; round++) {
          const { status, text } = await call(server, agent, 'POST', '/admin/keys', { label, scopes: ['read'] })
          expect(status, label).toBe(201)
          const { id, secret } = JSON.parse(text) as { id: string, secret: string }
          keys.set(secret, true)
          acknowledged++
          if (round % 2 === 0)
            continue
          keys.set(secret, undefined)
          expect((await call(server, agent, 'DELETE', `/admin/keys/${id}`)).status, label).toBe(204)
          keys.set(secret, false)
          acknowledged++
        }
      }
      catch (error) {
        refuseAnswers(error)
      }
      agent.destroy()
    },
    async check(server) {
      const port = await server.ready
      const agent = new Agent({ keepAlive: true })
      const wrong: string[] = []
      for (const [secret, works] of keys) {
        const { status } = await send(port, 'GET', '/admin/session', { agent, headers: { 'Api-Key': secret } })
        if (works !== undefined && status !== (works ? 200 : 401))
          wrong.push(`key of ${label}: ${works ? 'made' : 'revoked'}, but ${status}`)
      }
      agent.destroy()
      // Those of earlier rounds were looked at.
      keys.clear()
      return wrong
    },
  }
}

/** Writes an entry of a persistent cache with values that rise. */
export function entryLane(key: string): Lane {
  let known: Known<number> = { sure: 0 }
  let acknowledged = 0
  return {
    get acknowledged() {
      return acknowledged
    },
    async run(server) {
      const agent = new Agent({ keepAlive: true })
      try {
        for (;;) {
          const next = known.sure + 1
          known.asked = next
          const { status } = await call(server, agent, 'PUT', `/v1/${key}`, String(next))
          // A server that ends turns new requests away and has not done them.
          if (status === 503)
            break
          expect(status, key).toBeLessThan(300)
          known = { sure: next }
          acknowledged++
        }
      }
      catch (error) {
        refuseAnswers(error)
      }
      agent.destroy()
    },
    async check(server) {
      const { status, text } = await server.send('GET', `/v1/${key}`)
      const found = status === 404 ? 0 : Number(text)
      const { sure, asked = sure } = known
      known = { sure: found }
      return found === sure || found === asked ? [] : [`entry ${key}: ${sure} was acknowledged, ${found} is there`]
    },
  }
}

/** A connection that ends is what a kill does; a wrong answer is not. */
function refuseAnswers(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && /^E(?:CONN|PIPE)/.test(String(error.code))))
    throw error
}
