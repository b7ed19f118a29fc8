import type { ClientOptions, LarderClient } from './types'
import { createClient, LarderClientError } from './client'

/** What is stored for a key: Keyv's own text, or whatever its serializer makes. */
interface KeyvEntry { key: string, value: unknown, ttl?: number }

/** Its TTL is in seconds. */
type KeyvStep = { op: 'get' | 'delete', key: string } | { op: 'set', key: string, value: unknown, ttl?: number }

/** Steps of one request, well below what a server takes. */
const mostSteps = 1000

/**
 * A storage adapter for Keyv 5, which Keyv 6 uses by its bridge, over a client or its options:
 * `new Keyv(new KeyvLarder({ url, key, cache }))`. TTLs are milliseconds; without one, entries live
 * as the client's options, or its cache, say. Failures reach Keyv, which emits them as `error`.
 */
export class KeyvLarder {
  readonly opts: { dialect: string, url: string } & Record<string, unknown>
  /** Keyv sets it; keys begin with it and a colon. */
  namespace: string | undefined
  readonly #client: LarderClient

  constructor(client: LarderClient | ClientOptions = {}) {
    this.#client = 'remember' in client ? client : createClient(client)
    // Keyv 5 iterates only over stores of a dialect that it knows; ours has keys as Redis has them.
    this.opts = { dialect: 'redis', url: 'url' in client ? client.url ?? '' : '' }
  }

  /** Keyv asks whether an adapter emits errors of its own. */
  on(): this {
    return this
  }

  async get(key: string): Promise<unknown> {
    return await this.#client.get(this.#within(key))
  }

  async getMany(keys: readonly string[]): Promise<unknown[]> {
    return await this.#each(keys.map(key => ({ op: 'get', key: this.#within(key) })))
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.#alone(this.#setting({ key, value, ...ttl !== undefined && { ttl } }))
    return true
  }

  async setMany(entries: readonly KeyvEntry[]): Promise<void> {
    await this.#each(entries.map(entry => this.#setting(entry)))
  }

  async has(key: string): Promise<boolean> {
    return await this.#client.tags(this.#within(key)) !== undefined
  }

  async hasMany(keys: readonly string[]): Promise<boolean[]> {
    return await Promise.all(keys.map(key => this.has(key)))
  }

  async delete(key: string): Promise<boolean> {
    return await this.#client.delete(this.#within(key))
  }

  /** Whether any of them was there. */
  async deleteMany(keys: readonly string[]): Promise<boolean> {
    const deleted = await this.#each(keys.map(key => ({ op: 'delete', key: this.#within(key) })))
    return deleted.includes(true)
  }

  /** Deletes what is in the namespace; without one, all of the cache. */
  async clear(): Promise<void> {
    if (this.namespace)
      await this.#client.invalidate({ prefix: this.#within('') })
    else
      await this.#client.flush()
  }

  async* iterator(namespace: string | undefined = this.namespace): AsyncGenerator<[string, unknown], void> {
    const prefix = namespace ? `${namespace}:` : ''
    for await (const key of this.#client.keys(prefix)) {
      const value = await this.#client.get(key)
      if (value !== undefined)
        yield [key.slice(prefix.length), value]
    }
  }

  async disconnect(): Promise<void> {
    this.#client.close()
  }

  #within(key: string): string {
    return this.namespace ? `${this.namespace}:${key}` : key
  }

  #setting({ key, value, ttl }: KeyvEntry): KeyvStep {
    return { op: 'set', key: this.#within(key), value, ...ttl && { ttl: ttl / 1000 } }
  }

  /** Outside a batch a value may be as large as the server's limit of one. */
  async #alone(step: KeyvStep): Promise<unknown> {
    return step.op === 'set'
      ? await this.#client.set(step.key, step.value as string, step.ttl === undefined ? {} : { ttl: step.ttl })
      : await this.#client[step.op](step.key)
  }

  /** Runs the steps, as many at a time as a server takes, and throws the first failure of one. */
  async #each(steps: readonly KeyvStep[]): Promise<unknown[]> {
    const [step] = steps
    const half = Math.ceil(steps.length / 2)
    const inHalves = async (): Promise<unknown[]> =>
      [...await this.#each(steps.slice(0, half)), ...await this.#each(steps.slice(half))]
    if (!step)
      return []
    if (steps.length > mostSteps)
      return await inHalves()
    let answers: readonly unknown[]
    try {
      answers = await this.#client.batch(steps)
    }
    catch (error) {
      if (!isTooLarge(error))
        throw error
      return half < steps.length ? await inHalves() : [await this.#alone(step)]
    }
    return await Promise.all(answers.map(async (answer, index) => {
      const its = steps[index]
      if (its?.op === 'get' && isTooLarge(answer))
        return await this.#alone(its)
      if (answer instanceof LarderClientError)
        throw answer
      return answer
    }))
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof LarderClientError && error.code === 'too-large'
}
