import type { LarderClient } from '../../src/client/client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../../src/client/client'
import { findFaults } from './table.mjs'

describe('a client without a server', () => {
  afterEach(() => void vi.restoreAllMocks())

  // Red: in src/client/local-store.ts leave `leases.delete(key)` out, for one.
  it('does all that one with a server does', async () => {
    expect(await findFaults(createClient({ maxSize: 1000 }))).toEqual([])
  })

  // Red: in src/client/local-store.ts compare `entries.size` with `maxSize + 1`.
  it('keeps the 128 entries that were used last', async () => {
    const client = createClient()
    for (let at = 0; at < 128; at++)
      await client.set(`k${at}`, at)
    await client.get('k0')
    await client.set('one more', 1)
    expect(await Promise.all(['k0', 'k1', 'k2', 'one more'].map(key => client.get(key)))).toEqual([0, undefined, 2, 1])
  })

  // Red: in src/client/local-store.ts let `use` never renew.
  it.each([
    { options: {}, after: [3599, 3599], alive: true },
    { options: {}, after: [3601], alive: false },
    { options: { renewOnHit: false }, after: [3599, 2], alive: false },
    { options: { expiration: 10 }, after: [9, 9], alive: true },
    { options: { expiration: 10 }, after: [10], alive: false },
    { options: { expiration: null }, after: [1e9], alive: true },
  ])('an entry is there after $after s with $options: $alive', async ({ options, after, alive }) => {
    let time = 0
    vi.spyOn(performance, 'now').mockImplementation(() => time)
    const client = createClient(options)
    await client.set('k', 'v')
    let found
    for (const seconds of after) {
      time += seconds * 1000
      found = await client.get('k')
    }
    expect(found).toBe(alive ? 'v' : undefined)
  })

  // Red: in src/client/local-store.ts let `use` renew any entry.
  it.each<[string, (client: LarderClient) => Promise<unknown>]>([
    ['set', client => client.set('k', 'old', { ttl: 10 })],
    ['remember', client => client.remember('k', 10, () => 'old')],
    ['touch', client => client.set('k', 'old').then(() => client.touch('k', 10))],
  ])('ends after the TTL that %s gave it, however often it is read', async (_, store) => {
    let time = 0
    vi.spyOn(performance, 'now').mockImplementation(() => time)
    const client = createClient()
    await store(client)
    for (time = 6000; time <= 12_000; time += 6000)
      await client.get('k')
    expect(await client.remember('k', 10, () => 'new')).toBe('new')
  })

  it('gives no entry away by reference, in neither direction', async () => {
    const client = createClient()
    const [bytes, list] = [Uint8Array.of(1), [1]]
    await client.set('bytes', bytes)
    await client.set('list', list)
    bytes[0] = 2
    list.push(2)
    const got = await client.get<Uint8Array>('bytes')
    got?.fill(3)
    expect([await client.get('bytes'), await client.get('list')]).toEqual([Uint8Array.of(1), [1]])
  })

  it('grants a lease again when it has run out', async () => {
    let time = 0
    vi.spyOn(performance, 'now').mockImplementation(() => time)
    const client = createClient()
    const { lease } = await client.lease('k', { ttl: 5 })
    time = 5000
    expect((await client.lease('k')).lease).not.toBe(lease)
    await expect(client.set('k', 1, { lease: String(lease) })).rejects.toMatchObject({ code: 'lease-ended' })
  })
})
