import type { LarderClient } from '../../../src/client/client'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../../src/client/client'
import { findFaults, values } from '../../client/table.mjs'
import { patience } from '../../helpers/patience'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { createKey, manage } from '../security/support'

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
})
afterAll(() => larder.dispose())

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
let last = 0
/** A client of a cache of its own. */
async function clientOf(options: object = {}): Promise<LarderClient & { cache: string }> {
  const cache = `c${++last}`
  await manage(larder, 'POST', '/admin/caches', { name: cache, ttl: 60 })
  return { ...createClient({ url: larder.url, key: ownerKey, cache, timeout: patience / 1000, ...options }), cache }
}

describe('a client of a server', () => {
  // Red: in src/client/server-store.ts send no `Larder-Lease`.
  it('does all that one without a server does', async () => {
    expect(await findFaults(await clientOf())).toEqual([])
  })

  // Red: in src/client/value.ts store all as MessagePack.
  it('stores each value in a form that others read', async () => {
    const client = await clientOf()
    for (const [name, value, type] of values()) {
      await client.set('value', value as object)
      const answer = await larder.send('GET', `/api/caches/${client.cache}/entries/value`)
      expect([name, answer.headers['content-type']]).toEqual([name, type])
      if (type === 'application/json')
        expect(JSON.stringify(answer.json())).toBe(JSON.stringify(value))
    }
  })

  it.each<[type: string, body: string | Buffer, value: unknown]>([
    ['application/json', ' {"a":1}\n', { a: 1 }],
    ['application/vnd.api+json; charset=utf-8', '[1]', [1]],
    ['text/html', '<p>5', '<p>5'],
    ['text/plain', '5', '5'],
    ['text/plain; charset=utf-16le', Buffer.from('grün', 'utf16le'), 'grün'],
    ['text/csv;Charset="ISO-8859-1"', Buffer.from('ä,é', 'latin1'), 'ä,é'],
    ['text/plain; charset=shift_jis', hex('83658358'), 'テス'],
    ['image/png', Buffer.from([1, 2]), Uint8Array.of(1, 2)],
    ['application/x-msgpack', hex('82a161cf00000000000000ffa16293c0c2c3'), { a: 255, b: [null, false, true] }],
    ['application/msgpack', Buffer.from('8101a178', 'hex'), new Map([[1, 'x']])],
    ['application/msgpack', Buffer.from('d6ff00000001', 'hex'), new Date(1000)],
    ['application/msgpack', Buffer.from('d7ff773594006553f100', 'hex'), new Date(1_700_000_000_500)],
    ['application/msgpack', hex('94cb3ff8000000000000ca3fc00000d1ff00d3ffffffffffffffff'), [1.5, 1.5, -256, -1]],
  ])('reads %s of another program', async (type, body, value) => {
    const client = await clientOf()
    await larder.send('PUT', `/api/caches/${client.cache}/entries/a`, { body, headers: { 'Content-Type': type } })
    expect(await client.get('a')).toEqual(value)
  })

  // Red: in src/client/value.ts let `unpackValue` throw what was thrown.
  it.each([
    ['application/json', '{"a":'],
    ['text/plain', Buffer.from([0xFF])],
    ['text/plain; charset=utf-16le', Buffer.from([0x61])],
    ['text/plain; charset=klingon', 'a'],
    ['application/msgpack', Buffer.from('92', 'hex')],
    ['application/msgpack', Buffer.from('0000', 'hex')],
    ['application/msgpack', Buffer.from('c1', 'hex')],
    ['application/msgpack', Buffer.from('ddffffffff01', 'hex')],
    ['application/msgpack', Buffer.from('d47f00', 'hex')],
    ['application/msgpack', Buffer.alloc(100_000, 0x91)],
  ])('says that %s is not what it says, and makes it anew (%#)', async (type, body) => {
    const client = await clientOf()
    const bypassed: string[] = []
    client.on('bypass', ({ error }) => bypassed.push(error.code))
    await larder.send('PUT', `/api/caches/${client.cache}/entries/a`, { body, headers: { 'Content-Type': type } })
    await expect(client.get('a')).rejects.toMatchObject({ name: 'LarderClientError', code: 'unreadable' })
    expect(await client.remember('a', 60, () => 'new')).toBe('new')
    expect([await client.get('a'), bypassed]).toEqual(['new', ['unreadable']])
  })

  // Red: in src/client/server-store.ts always send `Larder-TTL`.
  it.each([
    { options: {}, set: {}, ttl: '60' },
    { options: { expiration: 30 }, set: {}, ttl: '30' },
    { options: { expiration: null }, set: {}, ttl: 'none' },
    { options: { expiration: 30 }, set: { ttl: 20.0004 }, ttl: '21' },
    { options: {}, set: { ttl: null }, ttl: 'none' },
  ])('a TTL is that of the call, of the options, of the cache: $options $set', async ({ options, set, ttl }) => {
    const client = await clientOf(options)
    await client.set('a', 1, set)
    await client.batch([{ op: 'set', key: '.', value: 1, ...set }])
    for (const key of ['a', '%2E']) {
      const answer = await larder.send('GET', `/api/caches/${client.cache}/entries/${key}?peek`)
      const left = Number(answer.headers['larder-ttl'])
      expect(ttl === 'none' ? answer.headers['larder-ttl'] : left <= Number(ttl)).toBe(ttl === 'none' ? ttl : true)
    }
  })

  it.each([
    { call: 'a wrong key', options: { key: 'wrong' }, code: 'key-invalid', status: 401 },
    { call: 'no such cache', options: { cache: 'none' }, code: 'cache-not-found', status: 404 },
    { call: 'a key without the scope', options: { key: 'reader' }, code: 'out-of-scope', status: 403 },
  ])('$call is an error with its code, and remember goes without the cache', async ({ options, code, status }) => {
    const { secret } = await createKey(larder, { scopes: ['read'] })
    const client = await clientOf(options.key === 'reader' ? { key: secret } : options)
    const bypassed: string[] = []
    client.on('bypass', ({ error }) => bypassed.push(error.code))
    await expect(client.set('a', 1)).rejects.toMatchObject({ name: 'LarderClientError', code, status })
    expect(await client.remember('a', 60, () => 7)).toBe(7)
    expect(bypassed).toEqual([code])
  })

  it('is used with a path before the API, and over several pages of keys', async () => {
    const client = await clientOf({ url: `${larder.url}/`, timeout: patience / 1000 })
    const keys = Array.from({ length: 1500 }, (_, at) => `k${at}`)
    await client.batch(keys.map(key => ({ op: 'set', key, value: 1 })))
    const found: string[] = []
    for await (const key of client.keys('k'))
      found.push(key)
    expect(found.sort()).toEqual(keys.sort())
  })
})
