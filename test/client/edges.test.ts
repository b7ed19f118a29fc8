// What somebody found who tried to break the client.
import { describe, expect, it, vi } from 'vitest'
import { toBytes } from '../../src/client/bytes'
import { createClient } from '../../src/client/client'
import { unpackValue } from '../../src/client/value'

function codeOf(work: () => unknown): Promise<unknown> {
  return new Promise(resolve => resolve(work())).then(() => 'no error', (error: { code?: string }) => error.code)
}

describe('a client without a server', () => {
  // Red: in src/client/remember.ts leave the pause between two looks out.
  it('lets others work while it waits for a lease', async () => {
    const client = createClient()
    const { lease } = await client.lease('k') as { lease: string }
    setTimeout(() => void client.set('k', 'made', { lease }), 5)
    expect(await client.remember('k', 60, () => 'mine')).toBe('made')
  })

  // Red: in src/client/client.ts let `toStoreStep` return any step.
  it('leaves an entry alone that no step of a batch may change', async () => {
    const client = createClient()
    await client.set('b', 'keep')
    expect(await codeOf(() => client.batch([{ op: 'remove', key: 'b' }] as never))).toBe('invalid-input')
    expect(await codeOf(() => client.batch([{ op: 'set', key: 'b' }] as never))).toBe('unstorable')
    expect(await client.get('b')).toBe('keep')
  })

  // Red: in src/client/local-store.ts let any digits be a number, or cut the text without a look.
  it.each([['007'], ['-0'], ['00000000000000000001 pieces'], ['1'.repeat(25)]])('does not add to %j', async (text) => {
    const client = createClient()
    await client.set('i', text)
    expect(await codeOf(() => client.increment('i'))).toBe('not-a-number')
    expect(await client.get('i')).toBe(text)
  })

  // Red: in src/client/local-store.ts keep leases that are over.
  it('forgets leases that nobody fulfils', async () => {
    const held = vi.spyOn(Map.prototype, 'set')
    const client = createClient()
    for (let at = 0; at < 100; at++)
      await client.lease(`k${at}`, { ttl: -1 })
    const leases = (held.mock.contexts as Map<unknown, unknown>[]).find(map => map.has('k99'))
    held.mockRestore()
    expect(leases?.size).toBe(1)
  })

  it('stores a sum that is no safe number', async () => {
    const client = createClient()
    await client.set('i', Number.MAX_SAFE_INTEGER)
    expect(await codeOf(() => client.increment('i'))).toBe('not-a-number')
    expect(await client.get('i')).toBe(2 ** 53)
  })

  // Red: in src/client/local-store.ts let `find` look for what is added to.
  it('keeps a counter that is in use', async () => {
    const client = createClient({ maxSize: 3 })
    for (let at = 0; at < 6; at++) {
      await client.increment('hits')
      await client.set(`k${at}`, at)
    }
    expect(await client.get('hits')).toBe(6)
  })
})

// Red: in src/client/client.ts leave out what is said of `wait`, `others` or `tags`.
it.each<[string, () => unknown, string]>([
  ['a TTL of 0', () => createClient().remember('k', 0, () => 1), 'invalid-input'],
  ['a TTL in words', () => createClient().remember('k', '5m' as never, () => 1), 'invalid-input'],
  ['an endless timeout', () => createClient({ timeout: Infinity }), 'invalid-input'],
  ['an address for options', () => createClient('http://localhost:7777' as never), 'invalid-input'],
  ['a misspelt option', () => createClient({ uri: 'http://localhost:7777' } as never), 'invalid-input'],
  ['half a number', () => createClient().increment('k', 0.5), 'invalid-input'],
  ['a wait in words', () => createClient().lease('k', { wait: '1s' as never }), 'invalid-input'],
  ['a wait that no server grants', () => createClient().lease('k', { wait: 61 }), 'invalid-input'],
  ['an endless wait', () => createClient().lease('k', { wait: Infinity }), 'invalid-input'],
  ['a misspelt option of set', () => createClient().set('k', 1, { tll: 5 } as never), 'invalid-input'],
  ['the type of a value as an option', () => createClient().set('k', 1, { type: 'a/b' } as never), 'invalid-input'],
  ['a misspelt option of an increment', () => createClient().increment('k', 1, { tll: 5 } as never), 'invalid-input'],
  [
    'a misspelt option of a step',
    () => createClient().batch([{ op: 'set', key: 'k', value: 1, tll: 5 }] as never),
    'invalid-input',
  ],
  ['a tag that is no list', () => createClient().set('k', 1, { tags: 'sale' as never }), 'invalid-input'],
  ['a boolean in an object', () => createClient().set('k', { a: new Object(false) as never }), 'unstorable'],
  ['a getter that throws', () => createClient().set('k', { get a(): never { throw new Error('no') } }), 'unstorable'],
])('refuses %s', async (_, work, code) => expect(await codeOf(work)).toBe(code))

// Red: in src/client/client.ts leave out what is said of `wait`: it ran out at once, so the server
// seemed to be away.
it('takes a wrong wait for no server that is away', async () => {
  const client = createClient({ url: 'http://127.0.0.1:1', fallback: true })
  const events: string[] = []
  client.on('away', () => events.push('away'))
  const refused = client.lease('k', { wait: '1s' as never })
  await expect(refused).rejects.toMatchObject({ code: 'invalid-input', message: 'wait must be 0 to 60.' })
  expect(events).toEqual([])
  client.close()
})

it('names what is misspelt, and says what tags are', async () => {
  const { set, get } = createClient()
  await expect(set('k', 1, { tll: 5 } as never)).rejects.toThrow('tll must be an option')
  await expect(set('k', 1, { tags: 'sale' as never })).rejects.toThrow('tags must be a list.')
  await set('k', 1, { tags: undefined, ttl: undefined } as never)
  expect(await get('k')).toBe(1)
})

// Red: in src/client/value.ts let the type go on behind `json`.
it.each(['application/jsonl', 'application/x-jsonlines', 'application/json5'])('reads %s as bytes', async (type) => {
  expect(await unpackValue({ type, bytes: toBytes('{}\n{}') })).toEqual(toBytes('{}\n{}'))
})
