import type { ClientOptions, LarderClient } from './types'
import { createClient, LarderClientError } from './client'

/** What is stored for a key: Keyv's own text, or whatever its serializer makes. */
interface KeyvEntry { key: string, value: unknown, ttl?: number }

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
    await this.setMany([{ key, value, ...ttl !== undefined && { ttl } }])
    return true
  }

  async setMany(entries: readonly KeyvEntry[]): Promise<void> {
    await this.#each(entries.map(({ key, value, ttl }) => ({
      op: 'set',
      key: this.#within(key),
      value,
      ...ttl && { ttl: ttl / 1000 },
    })))
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

  /** Runs the steps, and throws the first failure of one. */
  async #each(steps: Parameters<LarderClient['batch']>[0]): Promise<unknown[]> {
    const answers: readonly unknown[] = steps.length > 0 ? await this.#client.batch(steps) : []
    const failed = answers.find(answer => answer instanceof LarderClientError)
    if (failed)
      throw failed
    return [...answers]
  }
}
