import type { Emit } from './events'
import type { ClientStore } from './store'
import type { LarderClient, RememberOptions } from './types'
import { now } from './bytes'
import { checkTtl, toClientError } from './client-error'
import { packValue, unpackValue } from './value'

/** Seconds for which one request waits for the value of another process. */
const patience = 5

/** Milliseconds between two looks where a store cannot wait. */
const pace = 20

/** The value, or how to store the one that is made: by a lease if there is one, or not at all. */
type Plan = { value: unknown } | { lease: string | undefined } | undefined

export function createRemember(store: ClientStore, emit: Emit): LarderClient['remember'] {
  const flights = new Map<string, Promise<unknown>>()

  /** Reports what the cache could not do, which is nobody's failure but its own. */
  async function tried<T>(key: string, work: () => Promise<T>, otherwise: (code: string) => T): Promise<T> {
    try {
      return await work()
    }
    catch (thrown) {
      const error = toClientError(thrown, 'unreadable')
      emit('bypass', { key, error })
      return otherwise(error.code)
    }
  }

  async function plan(key: string, seconds: number): Promise<Plan> {
    const until = now() + seconds * 1000
    // At first without waiting, which shows within the usual time whether anybody is there.
    for (let wait = 0; ; wait = patience) {
      try {
        const { held, lease } = await store.lease(key, seconds, wait)
        return held ? { value: await unpackValue(held) } : { lease }
      }
      catch (error) {
        if ((error as { code?: string }).code !== 'lease-held' || now() > until)
          throw error
        await new Promise(resolve => setTimeout(resolve, pace))
      }
    }
  }

  /** Lets others make the value, unless there is an old one that they may have. */
  async function giveUp(key: string): Promise<void> {
    await tried(key, async () => {
      if (await store.run({ op: 'peek', key }) === undefined)
        await store.run({ op: 'delete', key })
    }, () => {})
  }

  async function run(
    key: string,
    ttl: number | null,
    make: () => unknown,
    { lease: seconds = 30, grace, tags }: RememberOptions,
  ): Promise<unknown> {
    const next = await tried<Plan>(key, () => plan(key, seconds), code =>
      // A value that nobody can read is replaced.
      code === 'unreadable' ? { lease: undefined } : undefined)
    if (next && 'value' in next)
      return next.value
    let isDone = next === undefined
    try {
      const value = await make()
      if (next && value !== undefined) {
        isDone = await tried(key, async () => {
          await store.run({ op: 'set', key, ...await packValue(value), ttl, grace, tags, lease: next.lease })
          return true
        }, code => code === 'lease-ended')
      }
      return value
    }
    finally {
      if (!isDone)
        await giveUp(key)
    }
  }

  return async <T>(key: string, ttl: number | null, make: () => T | Promise<T>, options: RememberOptions = {}) => {
    checkTtl(ttl)
    let flight = flights.get(key)
    if (!flight)
      flights.set(key, flight = run(key, ttl, make, options).finally(() => flights.delete(key)))
    return await flight as T
  }
}
