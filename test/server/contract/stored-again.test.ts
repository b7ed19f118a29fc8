import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { startLarder } from '../../helpers/start-larder'
import { check, json } from './cases'

// Whatever a peek or an export tells can be stored again as it was.
const clock = createManualClock()
let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder({}, clock)
})
afterAll(() => larder.dispose())

interface Told { ttl: number | null, givenTtl: number | null, grace: number, givenGrace: number }
type Fields = Record<string, string>

let count = 0
async function stored(headers: Fields): Promise<string> {
  const name = `c${++count}`
  await larder.send('POST', '/admin/caches', json({ name, ttl: 60 }))
  const answer = await larder.send('PUT', `/api/caches/${name}/entries/k`, { body: 'v', headers })
  expect(answer.status, answer.text).toBe(201)
  return `/api/caches/${name}`
}

async function peekOf(base: string): Promise<Fields> {
  const answer = await larder.send('GET', `${base}/entries/k?peek`)
  expect(answer.status, answer.text).toBe(200)
  return Object.fromEntries(['Larder-TTL', 'Larder-Given-TTL', 'Larder-Grace', 'Larder-Given-Grace']
    .map(name => [name, String(answer.headers[name.toLowerCase()])]))
}

async function batch(base: string, ...operations: object[]): Promise<Record<string, unknown>[]> {
  const answer = await larder.send('POST', `${base}/batch`, json({ operations }))
  expect(answer.status, answer.text).toBe(200)
  return answer.json<{ results: Record<string, unknown>[] }>().results
}

/** A line of an export, without its last line break. */
async function exported(base: string): Promise<object> {
  const started = await larder.send('POST', '/admin/jobs', json({ kind: 'export', cache: base.split('/').at(-1) }))
  const { id } = started.json<{ id: string }>()
  await expect.poll(async () => (await larder.send('GET', `/admin/jobs/${id}`)).json()).toMatchObject({ state: 'done' })
  return JSON.parse((await larder.send('GET', `/admin/jobs/${id}/file`)).json<{ text: string }>().text) as object
}

const ways: [string, (base: string) => Promise<void>][] = [
  ['by header', async (base) => {
    const headers = await peekOf(base)
    const answer = await larder.send('PUT', `${base}/entries/k`, { body: 'v', headers })
    expect(answer.status, answer.text).toBe(204)
  }],
  ['by batch', async (base) => {
    const [peeked] = await batch(base, { op: 'peek', key: 'k' })
    const { status, etag, age, ...told } = peeked ?? {}
    expect(await batch(base, { op: 'set', key: 'k', ...told })).toMatchObject([{ status: 204 }])
  }],
  ['from an export', async (base) => {
    expect(await batch(base, { op: 'set', ...await exported(base) })).toMatchObject([{ status: 204 }])
  }],
]

const lives: [string, Fields, boolean, Told][] = [
  ['fresh', { 'Larder-TTL': '90', 'Larder-Grace': '30' }, false, { ttl: 85, givenTtl: 90, grace: 30, givenGrace: 30 }],
  ['without an end', { 'Larder-TTL': 'none' }, false, { ttl: null, givenTtl: null, grace: 0, givenGrace: 0 }],
  ['stale', { 'Larder-TTL': '3', 'Larder-Grace': '30' }, false, { ttl: -2, givenTtl: 3, grace: 30, givenGrace: 30 }],
  // Red: in src/shared/entries.ts leave out `z.literal(0)` of `givenTtl`; in
  // src/main/http/durations.ts let `parseTtlOrZero` be `parseTtl`.
  ['stale from the start', { 'Cache-Control': 'max-age=0, stale-while-revalidate=600' }, false, {
    ttl: -5,
    givenTtl: 0,
    grace: 600,
    givenGrace: 600,
  }],
  // Red: in src/main/cache/operations.ts pass `milliseconds(grace)` instead of `given[1]`.
  ['marked stale', { 'Larder-TTL': '90', 'Larder-Grace': '30' }, true, {
    ttl: 0,
    givenTtl: 90,
    grace: 85,
    givenGrace: 30,
  }],
  ['marked stale, without an end', { 'Larder-TTL': 'none', 'Larder-Grace': '7' }, true, {
    ttl: 0,
    givenTtl: null,
    grace: 3_155_760_000,
    givenGrace: 7,
  }],
]

describe.each(ways)('%s', (_, again) => {
  it.each(lives)('what is %s has the same life afterwards', async (_, headers, soft, told) => {
    const base = await stored(headers)
    clock.advance(5000)
    if (soft)
      await larder.send('DELETE', `${base}/entries?prefix=k&soft`)
    expect((await batch(base, { op: 'peek', key: 'k' }))[0]).toMatchObject(told)
    await again(base)
    const [after] = await batch(base, { op: 'peek', key: 'k' }) as unknown as Told[]
    expect(after).toMatchObject({ givenTtl: told.givenTtl, givenGrace: told.givenGrace })
    // How long it is served: a header tells whole seconds, an export what is left of a grace.
    const end = ({ ttl, grace }: Told): number => (ttl ?? 0) + grace
    expect(Math.abs(end(after as Told) - end(told))).toBeLessThanOrEqual(1)
    expect((await larder.send('POST', `${base}/entries/k?op=touch&ttl=60`)).status).toBe(204)
    expect((await batch(base, { op: 'peek', key: 'k' }))[0]).toMatchObject({ ttl: 60, grace: told.givenGrace })
  })
})

// Red: in src/main/serving/write-times.ts leave out the check that the name says.
describe('times that contradict each other', () => {
  it.each<[string, Fields, string]>([
    ['a given grace without a grace', { 'Larder-Given-Grace': '5' }, 'Larder-Given-Grace'],
    ['a given grace where the times go on', { 'Larder-TTL': 'keep', 'Larder-Given-Grace': '5' }, 'Larder-Given-Grace'],
    ['0 s left of nothing that was given', { 'Larder-TTL': '0', 'Larder-Grace': '5' }, 'Larder-TTL'],
    ['a grace that has ended', { 'Larder-TTL': '-5', 'Larder-Given-TTL': '9', 'Larder-Grace': '5' }, 'Larder-TTL'],
    ['no grace', { 'Larder-TTL': '0', 'Larder-Given-TTL': '9' }, 'Larder-TTL'],
    ['a given TTL below 0', { 'Larder-TTL': '5', 'Larder-Given-TTL': '-5' }, 'Larder-Given-TTL'],
    ['a given grace below 0', { 'Larder-Grace': '5', 'Larder-Given-Grace': '-5' }, 'Larder-Given-Grace'],
  ])('%s', async (name, headers, field) => {
    const base = await stored({})
    const body = { code: 'invalid-input', errors: [{ field }] }
    await check(larder, { name, send: ['PUT', `${base}/entries/k`, { body: 'w', headers }], status: 400, body })
    expect((await larder.send('GET', `${base}/entries/k`)).text).toBe('v')
  })

  it.each<[string, object, string]>([
    ['stale without a given TTL', { ttl: -5, grace: 9 }, 'ttl'],
    ['a grace that has ended', { ttl: -5, givenTtl: 9, grace: 5 }, 'ttl'],
    ['a given grace without a grace', { givenGrace: 5 }, 'givenGrace'],
    ['a given TTL below 0', { ttl: 5, givenTtl: -5 }, 'givenTtl'],
  ])('in a batch: %s', async (name, times, field) => {
    const base = await stored({})
    const operations = [{ op: 'set', key: 'k', value: { text: 'w' }, ...times }]
    const body = { code: 'invalid-input', errors: [{ field: `operations.0.${field}` }] }
    await check(larder, { name, send: ['POST', `${base}/batch`, json({ operations })], status: 400, body })
    expect((await larder.send('GET', `${base}/entries/k`)).text).toBe('v')
  })
})
