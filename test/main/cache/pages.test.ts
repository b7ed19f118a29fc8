import type { EntryMetadata, PageQuery } from '../../../src/main/cache/ports'
import { expect, it } from 'vitest'
import { compareKeys } from '../../../src/main/cache/order/position'
import { keyBytes } from '../../helpers/key-bytes'
import { bytes, setUp } from './workbench'

const everything: PageQuery = { sort: 'key', order: 'asc', limit: 7 }

it.each((['key', 'size', 'ttl', 'hits', 'age'] as const).flatMap(sort =>
  (['asc', 'desc'] as const).map(order =>
    ({ sort, order }))))('pages by $sort $order, each entry once', async ({ sort, order }) => {
  const { cache, clock } = setUp({ ttl: null })
  for (let index = 0; index < 50; index++) {
    const key = `k${(index * 17) % 50}`
    cache.set(key, Buffer.alloc(index % 6), { ttl: index % 4 === 0 ? null : 100 + index % 5 })
    for (let hit = 0; hit < index % 3; hit++)
      cache.get(key)
    clock.advance(index % 2 === 0 ? 0 : 1000)
  }
  const all: EntryMetadata[] = []
  let cursor: string | undefined
  do {
    const page = await cache.page({ sort, order, limit: 7, ...cursor === undefined ? {} : { cursor } })
    expect(page.total).toBe(50)
    all.push(...page.entries)
    cursor = page.cursor ?? undefined
  } while (cursor !== undefined)
  expect(new Set(all.map(entry => entry.key)).size).toBe(50)
  expect(all).toHaveLength(50)
  const field = (entry: EntryMetadata): number =>
    ({ key: 0, size: entry.bytes, ttl: entry.ttl ?? 1e9, hits: entry.hits, age: entry.age })[sort]
  const sign = order === 'asc' ? 1 : -1
  const sorted = all.toSorted((a, b) => sign * (field(a) - field(b) || compareKeys(a.key, b.key)))
  expect(all.map(entry => entry.key)).toEqual(sorted.map(entry => entry.key))
})

it('neither repeats nor hides entries when others come and go between pages', async () => {
  const { cache } = setUp()
  for (const key of ['b', 'd', 'f', 'h', 'j'])
    cache.set(key, bytes('1'))
  const first = await cache.page({ ...everything, limit: 2 })
  for (const key of ['a', 'c', 'e', 'k'])
    cache.set(key, bytes('1'))
  cache.delete('d')
  cache.delete('h')
  const second = await cache.page({ ...everything, limit: 2, cursor: first.cursor ?? '' })
  const third = await cache.page({ ...everything, limit: 2, cursor: second.cursor ?? '' })
  expect([first, second, third].map(page =>
    page.entries.map(entry => entry.key))).toEqual([['b', 'd'], ['e', 'f'], ['j', 'k']])
  expect([first.total, second.total, third.cursor]).toEqual([5, 7, null])
})

it('filters, counts what is servable, and shows metadata', async () => {
  const { cache, clock } = setUp()
  cache.set('a:1', bytes('1'), { tags: ['t'], contentType: 'text/plain', ttl: 1, grace: 9 })
  cache.set('a:2', bytes('1'), { ttl: 1 })
  cache.set('b:1', bytes('1'), { tags: ['t'] })
  clock.advance(2_000)
  const { version = 0 } = cache.peek('a:1') ?? {}
  expect(await cache.page({
    ...everything,
    filter: { prefix: 'a:' },
  })).toEqual({
    total: 1,
    rows: 1,
    folders: [],
    cursor: null,
    asOf: clock.wall(),
    entries: [{
      key: 'a:1',
      bytes: 1,
      contentType: 'text/plain',
      version,
      tags: ['t'],
      age: 2,
      ttl: -1,
      grace: 9,
      stale: true,
      hits: 0,
    }],
  })
  expect((await cache.page({ ...everything, filter: { tag: 't' } })).total).toBe(2)
  expect((await cache.page({ ...everything, filter: { glob: '?:1' } })).total).toBe(2)
})

it('filters by time, as of the moment of the call', async () => {
  const { cache, clock } = setUp({ ttl: null })
  cache.set('endless', bytes('1'))
  cache.set('long', bytes('1'), { ttl: 3600 })
  cache.set('short', bytes('1'), { ttl: 90, grace: 60 })
  const chosen = async (filter: string): Promise<string[]> =>
    (await cache.page({ ...everything, filter: { filter } })).entries.map(({ key }) => key)
  expect(await chosen('ttl<1m')).toEqual([])
  clock.advance(60_000)
  expect([await chosen('ttl<1m'), await chosen('age>=1m'), await chosen('state:stale')])
    .toEqual([['short'], ['endless', 'long', 'short'], []])
  clock.advance(60_000)
  expect([await chosen('ttl<=0'), await chosen('state:stale'), await chosen('ttl:none'), await chosen('ttl>1m')])
    .toEqual([['short'], ['short'], ['endless'], ['endless', 'long']])
  expect(await cache.invalidate({ filter: 'state:stale' }, { dryRun: true })).toBe(1)
  expect(await cache.invalidate({ filter: 'ttl<1h' })).toBe(2)
  expect(await chosen('age>1s')).toEqual(['endless'])
})

it('refuses what is not a cursor, or one of another query', async () => {
  const { cache } = setUp()
  for (const key of ['__proto__', '\n:é\u{1F600}', 'z'])
    cache.set(key, bytes('1'))
  const { cursor } = await cache.page({ ...everything, limit: 1 })
  const second = await cache.page({ ...everything, limit: 1, cursor: cursor ?? '' })
  expect(second.entries[0]?.key).toBe('__proto__')
  for (const wrong of ['', '!', 'AAAA', `${cursor}=`, `${cursor} `, Buffer.from('zz:0:k').toString('base64url')]) {
    await expect(cache.page({ ...everything, cursor: wrong })).rejects.toMatchObject({
      code: 'invalid-input',
      errors: [{ field: 'cursor' }],
    })
  }
  for (const other of [{ sort: 'size' }, { order: 'desc' }, { filter: { prefix: 'z' } }] as const) {
    await expect(cache.page({
      ...everything,
      ...other,
      cursor: cursor ?? '',
    })).rejects.toMatchObject({ code: 'invalid-input' })
  }
})

// Red: in src/main/cache/order/position.ts also compare halves by `weight`.
it('orders keys as their bytes', () => {
  const keys = [
    '',
    'a',
    'ab',
    'b',
    'é',
    '\uE000',
    '\uFFFD',
    '\u{10000}',
    '\u{1F600}',
    '\u{1F600}a',
    '\uDC80',
    '\uDCC3',
    '\uDCC3a',
    '\uDCE9',
    '\uDCEF\uDCBF',
    '\uDCF0\uDC9F',
    '\uDCFF',
    'a\uDCFF',
    '\u{1F600}\uDCFF',
  ]
  for (const a of keys) {
    for (const b of keys)
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(keyBytes(a), keyBytes(b)))
  }
})

// Red: in src/main/cache/order/position.ts create the cursor with `Buffer.from(text)`.
it('pages over keys of any bytes, and chooses among them by bytes and characters', async () => {
  const { cache } = setUp()
  const keys = ['\uDC80', 'é/x', '\uDCC3/y', '\uDCE9', '\uFFFD', '\u{1F600}', '\uDCFF\uDCFE']
  keys.toReversed().forEach(key => cache.set(key, bytes('1')))
  const seen: string[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await cache.page({ ...everything, limit: 1, ...cursor !== undefined && { cursor } })
    seen.push(...page.entries.map(({ key }) => key))
    cursor = page.cursor
  }
  expect(seen).toEqual(keys.toSorted((a, b) => Buffer.compare(keyBytes(a), keyBytes(b))))
  const chosen = async (query: Partial<PageQuery>): Promise<string[]> => {
    const { folders, entries } = await cache.page({ ...everything, ...query })
    return [...folders.map(({ prefix }) => prefix), ...entries.map(({ key }) => key)]
  }
  expect(await chosen({ filter: { prefix: '\uDCC3' } })).toEqual(['\uDCC3/y', 'é/x'])
  expect(await chosen({ filter: { prefix: '\uDCC3' }, delimiter: '/' })).toEqual(['\uDCC3/', 'é/'])
  expect(await chosen({ filter: { glob: '?' } })).toEqual(['\uDC80', '\uDCE9', '\uFFFD', '\u{1F600}'])
  expect(await chosen({ filter: { glob: '\uDCFF?' } })).toEqual(['\uDCFF\uDCFE'])
  await expect(chosen({ delimiter: '\uDCC3' })).rejects.toMatchObject({ errors: [{ field: 'delimiter' }] })
})
