import type { JobInfo } from '../../../src/shared/jobs'
import type { SnapshotInfo } from '../../../src/shared/snapshots'
import type { TestLarder } from '../../helpers/start-larder'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { startLarder } from '../../helpers/start-larder'

/** Nothing passes, so that what is left of a life is the same whenever it is looked at. */
const clock = createManualClock()
const larders: TestLarder[] = []
let larder: TestLarder

async function open(): Promise<TestLarder> {
  const opened = await startLarder({}, clock)
  larders.push(opened)
  return opened
}

beforeEach(async () => {
  larder = await open()
})
afterEach(async () => {
  await Promise.all(larders.splice(0).map(each => each.dispose()))
})

async function ask<T>(method: string, path: string, body?: object, on = larder): Promise<T> {
  const answer = await on.send(method, path, body && { body: JSON.stringify(body) })
  expect(answer.status, answer.text).toBeLessThan(300)
  return answer.status === 204 ? undefined as T : answer.json<T>() as T
}

async function refused(method: string, path: string, body?: object): Promise<object> {
  return (await larder.send(method, path, body && { body: JSON.stringify(body) })).json()
}

async function job(method: string, path: string, body: object, on = larder): Promise<JobInfo> {
  const { id } = await ask<JobInfo>(method, path, body, on)
  const read = (): Promise<JobInfo> => ask<JobInfo>('GET', `/admin/jobs/${id}`, undefined, on)
  await expect.poll(read).not.toMatchObject({ state: 'running' })
  return await read()
}

const save = (input: object, on = larder): Promise<JobInfo> => job('POST', '/admin/snapshots', input, on)
function load(name: string, input: object = {}, on = larder): Promise<JobInfo> {
  return job('POST', `/admin/snapshots/${name}/load`, input, on)
}

async function textOf(path: string, on = larder): Promise<string> {
  let text = ''
  for (let from: number | null = 0; from !== null;) {
    const part: { text: string, next: number | null } = await ask('GET', `${path}?from=${from}`, undefined, on)
    text += part.text
    from = part.next
  }
  return text
}
const fileOf = (name: string, on = larder): Promise<string> => textOf(`/admin/snapshots/${name}/file`, on)

/** Sends a file as an import of a snapshot, in two parts, and starts it. */
async function send(
  text: string,
  input: object = {},
  on = larder,
  begin: object = { format: 'snapshot' },
): Promise<JobInfo> {
  const { id } = await ask<{ id: string }>('POST', '/admin/imports', begin, on)
  const bytes = Buffer.from(text)
  const half = Math.floor(bytes.length / 2)
  await ask('POST', `/admin/imports/${id}/parts`, { at: 0, base64: bytes.subarray(0, half).toString('base64') }, on)
  await ask('POST', `/admin/imports/${id}/parts`, { at: half, base64: bytes.subarray(half).toString('base64') }, on)
  return await job('POST', `/admin/imports/${id}/start`, input, on)
}

async function fill(cache: string, operations: object[], settings: object = {}): Promise<void> {
  await ask('POST', '/admin/caches', { name: cache, ttl: 300, ...settings })
  const sets = operations.map(operation => ({ op: 'set', ...operation }))
  await ask('POST', `/api/caches/${cache}/batch`, { operations: sets })
}
const values = (...keys: string[]): object[] => keys.map(key => ({ key, value: { text: `value of ${key}` } }))

describe('a snapshot', () => {
  it('is a header and a line for each entry, by the bytes of its key, without what is a default', async () => {
    await fill('products', [
      { key: 'b', value: { text: 'ü' }, contentType: 'application/json', ttl: 10, grace: 5, tags: ['t'] },
      { key: '\uDCFF', value: { base64: '/w==' }, ttl: null },
      { key: 'a', value: { text: '' }, ttl: -2, givenTtl: 4, grace: 8, givenGrace: 9 },
    ], { sliding: true })
    expect(await save({ name: 'first', cache: 'products' })).toMatchObject({
      kind: 'save',
      cache: 'products',
      state: 'done',
      matched: 3,
    })
    expect(await fileOf('first')).toBe([
      '{"larder":"snapshot","schema":1,"caches":{"products":{"ttl":300,"sliding":true}}}',
      '{"cache":"products","key":"a","value":{"text":""},"ttl":-2,"givenTtl":4,"grace":8,"givenGrace":9}',
      '{"cache":"products","key":"b","value":{"text":"ü"},"contentType":"application/json","ttl":10,"grace":5,"tags":["t"]}',
      '{"cache":"products","key":"\\udcff","value":{"base64":"/w=="},"ttl":null}',
      '',
    ].join('\n'))
    expect(await ask<SnapshotInfo[]>('GET', '/admin/snapshots')).toMatchObject([
      { name: 'first', caches: ['products'], fault: null },
    ])
  })

  // Red: in src/main/storage/snapshot-files.ts leave out the mode of `open`.
  it('is a file of the person alone, and nothing else is left behind', async () => {
    await save({ name: 'first' })
    const [user = ''] = readdirSync(join(larder.home, 'snapshots'))
    const folder = join(larder.home, 'snapshots', user)
    expect(readdirSync(folder)).toEqual(['first.ndjson'])
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'first.ndjson')).mode & 0o777]).toEqual([0o700, 0o600])
  })

  it('has all caches, and a copy of it in an empty Larder is the same, byte for byte', async () => {
    await fill('products', values('b', 'a'), { maxEntries: 10, eviction: 'lru' })
    await fill('sessions', values('s'), { enabled: true, persistent: true })
    await save({ name: 'all' })
    const text = await fileOf('all')
    const other = await open()
    expect(await send(text, {}, other)).toMatchObject({
      state: 'done',
      outcome: { caches: ['products', 'sessions'], added: 3, replaced: 0, removed: 0, faults: [] },
    })
    await save({ name: 'again' }, other)
    expect(await fileOf('again', other)).toBe(text)
  })

  it('replaces another one only where that is asked for', async () => {
    await save({ name: 'first' })
    await fill('products', values('a'))
    const taken = { status: 409, code: 'name-taken', errors: [{ field: 'name' }] }
    expect(await refused('POST', '/admin/snapshots', { name: 'first' })).toMatchObject(taken)
    expect(await refused('POST', '/admin/snapshots', { name: 'FIRST', replace: true })).toMatchObject(taken)
    expect(await fileOf('first')).not.toContain('products')
    await save({ name: 'first', replace: true })
    expect(await fileOf('first')).toContain('products')
  })

  it('is deleted once', async () => {
    await save({ name: 'first' })
    await ask('DELETE', '/admin/snapshots/first')
    expect(await refused('DELETE', '/admin/snapshots/first')).toMatchObject({ status: 404, code: 'snapshot-not-found' })
    expect(await ask('GET', '/admin/snapshots')).toEqual([])
  })
})

async function keysOf(cache: string): Promise<string[]> {
  const { entries } = await ask<{ entries: { key: string }[] }>('GET', `/api/caches/${cache}/entries`)
  return entries.map(({ key }) => key)
}

describe('a load', () => {
  // Red: in src/main/serving/transfer/load.ts leave out `removeOlder`; compare with `<=` there.
  it.each([
    ['merge', ['a', 'b', 'c'], 0],
    ['replace', ['a', 'b'], 1],
  ])('by %s leaves %j', async (mode, keys, removed) => {
    await fill('products', values('a', 'b'))
    await save({ name: 'first' })
    await ask('POST', '/api/caches/products/batch', {
      operations: [{ op: 'delete', key: 'a' }, ...values('b', 'c').map(value => ({ op: 'set', ...value }))],
    })
    const outcome = { caches: [], added: 1, replaced: 1, removed, faults: [] }
    expect(await load('first', { mode, dryRun: true })).toMatchObject({ kind: 'plan', state: 'done', outcome })
    expect(await keysOf('products')).toEqual(['b', 'c'])
    expect(await load('first', { mode })).toMatchObject({ kind: 'load', state: 'done', outcome })
    expect(await keysOf('products')).toEqual(keys)
  })

  it('takes only the cache that is named', async () => {
    await fill('products', values('a'))
    await fill('sessions', values('s'))
    await save({ name: 'first' })
    for (const cache of ['products', 'sessions'])
      await ask('DELETE', `/admin/caches/${cache}`)
    await load('first', { cache: 'sessions' })
    expect(await keysOf('sessions')).toEqual(['s'])
    expect(await refused('GET', '/admin/caches/products')).toMatchObject({ status: 404 })
  })
})

describe('a comparison', () => {
  it('has the lines that differ', async () => {
    await fill('products', values('a', 'b', 'c'))
    await save({ name: 'former' })
    await ask('POST', '/api/caches/products/batch', {
      operations: [
        { op: 'delete', key: 'a' },
        { op: 'set', key: 'b', value: { text: 'other' } },
        { op: 'set', key: 'd', value: { text: 'new' } },
      ],
    })
    await save({ name: 'later' })
    const compared = await job('POST', '/admin/snapshots/diff', { a: 'former', b: 'later' })
    expect(compared).toMatchObject({ state: 'done', outcome: { added: 1, replaced: 1, removed: 1 } })
    const line = (key: string, text: string): string =>
      `{"cache":"products","key":"${key}","value":{"text":"${text}"},"ttl":300}`
    expect(await textOf(`/admin/jobs/${compared.id}/file`)).toBe([
      `-${line('a', 'value of a')}`,
      `-${line('b', 'value of b')}`,
      `+${line('b', 'other')}`,
      `+${line('d', 'new')}`,
      '',
    ].join('\n'))
  })
})
