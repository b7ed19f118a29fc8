import type { ClientOptions, LarderClient } from '../../../src/client/client'
import type { TestLarder } from '../../helpers/start-larder'
import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite'
import Keyv from 'keyv'
import Keyv6 from 'keyv-6'
import * as vitest from 'vitest'
import { createClient } from '../../../src/client/client'
import { KeyvLarder } from '../../../src/client/keyv'
import { patience } from '../../helpers/patience'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { manage } from '../security/support'

const { afterAll, beforeAll, describe, expect, it } = vitest

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
  await manage(larder, 'POST', '/admin/caches', { name: 'keyv', ttl: null })
})
afterAll(() => larder.dispose())

const options = (): ClientOptions => ({ url: larder.url, key: ownerKey, cache: 'keyv' })
let here: LarderClient | undefined
let there: LarderClient | undefined
/** One client each, as a cache is what several stores share. */
const clients: Record<string, () => LarderClient> = {
  'without a server': () => here ??= createClient(),
  'with a server': () => there ??= createClient({ ...options(), timeout: patience / 1000 }),
}

describe.each(Object.entries(clients))('larder/keyv %s', (_, client) => {
  const store = (): KeyvLarder => new KeyvLarder(client())

  // Red: in src/client/keyv.ts let `clear` always flush.
  describe('passes Keyv\'s own suite', () => {
    keyvTestSuite(vitest, Keyv, store)
    keyvIteratorTests(vitest, Keyv, store)
  })

  // Keyv 6 bridges an adapter that takes a TTL. Red: in src/client/keyv.ts leave the namespace out.
  it.each([
    ['Keyv 5', Keyv],
    ['Keyv 6', Keyv6 as unknown as typeof Keyv],
  ])('serves %s, with namespaces', async (name, Any) => {
    const one = new Any({ store: store(), namespace: `${name} one` })
    const two = new Any({ store: store(), namespace: `${name} two` })
    await one.set('a', { big: new Date(0).toISOString() }, 60_000)
    await two.set('a', 2)
    await one.setMany([{ key: 'b', value: 'x' }, { key: 'c', value: null }])
    expect(await one.get('a')).toEqual({ big: '1970-01-01T00:00:00.000Z' })
    expect(await one.getMany(['a', 'none', 'b'])).toEqual([expect.anything(), undefined, 'x'])
    expect([await one.has('a'), await one.has('none')]).toEqual([true, false])
    expect(await one.hasMany(['b', 'none'])).toEqual([true, false])
    const found: unknown[] = []
    for await (const [key] of one.iterator?.({}) ?? [])
      found.push(key)
    expect(found.sort()).toEqual(['a', 'b', 'c'])
    await one.delete('b')
    await one.clear()
    expect([await one.get('a'), await one.get('c'), await two.get('a')]).toEqual([undefined, undefined, 2])
  })

  // Red: in src/client/keyv.ts let `#each` run all steps in one batch, or `set` go by one.
  it('takes more keys, and larger values, than a batch', async () => {
    const adapter = store()
    const keys = Array.from({ length: 10_001 }, (_, at) => `many ${at}`)
    await adapter.setMany(keys.map((key, at) => ({ key, value: `${at}` })))
    // In this process there are 128 at most.
    expect((await adapter.getMany(keys)).slice(-2)).toEqual(['9999', '10000'])
    expect(await adapter.deleteMany(keys)).toBe(true)
    const large = 'x'.repeat(3_200_000)
    await adapter.set('large', large)
    await adapter.setMany([1, 2, 3].map(at => ({ key: `large ${at}`, value: `${at}${large}` })))
    expect(await adapter.getMany(['large', 'large 3'])).toEqual([large, `3${large}`])
    await adapter.deleteMany(['large', 'large 1', 'large 2', 'large 3'])
  })

  it('gives entries the TTL of Keyv', async () => {
    const adapter = store()
    await adapter.set('short', 'x', 20)
    await vitest.vi.waitFor(async () => expect(await adapter.get('short')).toBeUndefined(), patience)
    await adapter.set('long', 'x', 60_000)
    expect(await adapter.get('long')).toBe('x')
  })
})

it('tells Keyv of a server that is away', async () => {
  const keyv = new Keyv(new KeyvLarder({ url: 'http://127.0.0.1:1' }))
  const errors: unknown[] = []
  keyv.on('error', error => errors.push(error.code))
  await keyv.set('a', 1)
  expect(errors).toEqual(['unreachable'])
})
