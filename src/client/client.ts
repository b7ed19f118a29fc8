import type { ClientStore, Held, StepResult, StoreStep } from './store'
import type { ClientOptions, ClientStep, LarderClient, Lease } from './types'
import { toPath } from './bytes'
import { LarderClientError, refuse } from './client-error'
import { createEvents } from './events'
import { createLocalStore } from './local-store'
import { createRemember } from './remember'
import { createServerStore } from './server-store'
import { readSettings } from './settings'
import { createTransport } from './transport'
import { packValue, unpackValue } from './value'
import { watchStore } from './watched-store'

export { LarderClientError } from './client-error'
export type { ClientErrorCode } from './client-error'
export type * from './types'

/**
 * A cache, at a server if one is named, else in this process. Throws LarderClientError
 * `invalid-input` for an option that is wrong.
 */
export function createClient(options: ClientOptions = {}): LarderClient {
  const { url, fallback, ...settings } = readSettings(options)
  const { emit, on } = createEvents()
  let store = createLocalStore(settings)
  if (url) {
    const server = createServerStore({ ...settings, transport: createTransport(new URL(url)) })
    store = watchStore({ server, local: fallback ? store : undefined, emit, rest: settings.timeout })
  }
  const remember = createRemember(store, emit)

  async function run<T>(step: ClientStep | { op: 'peek', key: string }): Promise<T> {
    return await answerOf(step, await store.run(await toStoreStep(step))) as T
  }
  const get = <T>(key: string): Promise<T | undefined> => run({ op: 'get', key })
  const set = async (key: string, value: unknown, options: object = {}): Promise<void> => {
    await run({ ...options, op: 'set', key, value })
  }

  return {
    get,
    set,
    retrieve: get,
    store: set,
    on,
    close: store.close,
    delete: key => run({ op: 'delete', key }),
    touch: (key, ttl) => run({ op: 'touch', key, ttl }),
    tags: key => run({ op: 'peek', key }),
    increment: (key, by = 1, options = {}) => run({ ...options, op: 'increment', key, by }),
    flush: async () => void await store.invalidate({ glob: '*' }),
    flushExpired: () => store.invalidate({ expired: true }),

    async invalidate(which) {
      const [chosen, more] = Object.values(which)
      return chosen && !more ? await store.invalidate(which) : refuse('It', 'one tag or prefix')
    },

    async* keys(prefix = '') {
      let cursor: string | null = null
      do {
        const page: Awaited<ReturnType<ClientStore['page']>> = await store.page(prefix, cursor)
        yield* page.keys
        cursor = page.cursor
      } while (cursor)
    },

    async lease<T>(key: string, { ttl = 30, wait = 0 } = {}): Promise<Lease<T>> {
      if (!(wait >= 0 && wait <= 60))
        refuse('wait', '0 to 60')
      const { held, lease = '' } = await store.lease(checkKey(key), ttl, wait)
      return held ? { value: await unpackValue(held) as T } : { lease, ttl }
    },

    async batch(steps, { atomic = false } = {}) {
      const results = await store.batch(await Promise.all(steps.map(toStoreStep)), atomic)
      return await Promise.all(results.map((result, index) =>
        answerOf(steps[index] as ClientStep, result).catch(error => error as unknown))) as never
    },

    remember: async (key, ttl, make, options) => await remember(checkKey(key), ttl, make, options),
  }
}

/** All that a step may have; who uses no types may have written anything. */
interface AnyStep {
  op: string
  key: string
  value?: unknown
  ttl?: unknown
  grace?: unknown
  tags?: unknown
  lease?: unknown
  by?: number
}

/** Throws LarderClientError `invalid-input`, `key-too-long`, `unstorable`. */
async function toStoreStep(step: ClientStep | { op: 'peek', key: string }): Promise<StoreStep> {
  const { op, key, value, ttl, grace, tags, lease, by = 1, ...others } = step as AnyStep
  checkKey(key)
  for (const name of Object.keys(others))
    refuse(name, 'an option, in an object')
  if (tags && !Array.isArray(tags))
    refuse('tags', 'a list')
  if (op === 'set' || op === 'add')
    return { ...step, ...await packValue(value) } as StoreStep
  if (op === 'increment')
    return Number.isSafeInteger(by) ? { ...step, by } as StoreStep : refuse('by', 'a whole number')
  return /^(?:get|delete|touch|peek)$/.test(op) ? step as StoreStep : refuse('op', 'that of a step')
}

/** What a step gives. Throws LarderClientError, also the one that is the result. */
async function answerOf({ op }: { op: string }, result: StepResult): Promise<unknown> {
  if (result instanceof Error)
    throw result
  if (op === 'get' && result)
    return await unpackValue(result as Held)
  if (op !== 'increment')
    return result
  const sum = Number(result)
  if (Number.isSafeInteger(sum))
    return sum
  throw new LarderClientError('not-a-number', `${result as string} is too large.`)
}

function checkKey(key: string): string {
  if (typeof key !== 'string' || !/^[^\uD800-\uDC7F\uDD00-\uDFFF]+$/u.test(key))
    refuse('A key', 'text')
  if (key.length > 341 && toPath(key).replace(/%../g, '1').length > 1024)
    throw new LarderClientError('key-too-long', 'A key has 1,024 bytes at most.')
  return key
}
