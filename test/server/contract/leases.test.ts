import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import type { Case } from './cases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { check, json } from './cases'

const base = '/api/caches/leased'
let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
  await larder.send('POST', '/admin/caches', json({ name: 'leased', ttl: 60 }))
})
afterAll(() => larder.dispose())

let last = 0
const newKey = (): string => `${base}/entries/k${++last}`
const take = (path: string, query = ''): Promise<Answer> => larder.send('POST', `${path}?op=lease${query}`)
const leaseOf = (answer: Answer): string => answer.json<{ lease: string }>().lease
function put(path: string, body: string, lease?: string): Promise<Answer> {
  return larder.send('PUT', path, { body, headers: lease === undefined ? {} : { 'Larder-Lease': lease } })
}

// Red: in src/main/serving/leases/take-lease.ts grant one also where there is one.
it('of 1,000 misses at once exactly one gets the lease; the others get the value that it brings', async () => {
  const path = newKey()
  const all = Array.from({ length: 1000 }, async () => {
    const answer = await take(path, '&ttl=300&wait=60')
    if (answer.status === 201)
      expect((await put(path, 'made once', leaseOf(answer))).status).toBe(201)
    return `${answer.status} ${answer.status === 201 ? '' : answer.text}`
  })
  const answers = await Promise.all(all)
  expect(answers.filter(text => text === '201 ')).toHaveLength(1)
  expect(answers.filter(text => text === '200 made once')).toHaveLength(999)
})

it('says how long the lease holds, who asks again, and whose it is', async () => {
  const path = newKey()
  const lease = await take(path, '&ttl=1m')
  expect([lease.status, lease.json()]).toEqual([201, { lease: expect.stringMatching(/^\w{20,}$/), ttl: 60 }])
  const held = await take(path)
  expect([held.status, held.json()]).toEqual([409, expect.objectContaining({ code: 'lease-held' })])
  expect(Number(held.headers['retry-after'])).toBeGreaterThan(30)
  const fulfilled = await put(path, 'x', leaseOf(lease))
  expect([fulfilled.status, fulfilled.headers.etag]).toEqual([201, expect.any(String)])
  const hit = await take(path)
  expect([hit.status, hit.text, hit.headers['cache-status']]).toEqual([200, 'x', expect.stringMatching(/^Larder; hit/)])
})

const deletion = { kind: 'delete', cache: 'leased', select: [{ glob: '*' }] }
// Red: in src/main/http/data-plane/store.ts always return `serving.open(…)`.
describe.each<[string, (path: string) => Promise<Answer>, string | null]>([
  ['a plain PUT', path => put(path, 'plain'), 'plain'],
  ['a deletion', path => larder.send('DELETE', path), null],
  ['an invalidation', () => larder.send('DELETE', `${base}/entries?prefix=k`), null],
  ['a flush', () => larder.send('POST', '/admin/caches/leased/flush', json({})), null],
  ['a job that deletes', () => larder.send('POST', '/admin/jobs', json(deletion)), null],
])('%s', (_, act, after) => {
  it('ends the lease: the PUT of its holder answers 409 and stores nothing', async () => {
    const path = newKey()
    const lease = leaseOf(await take(path))
    await act(path)
    const late = await put(path, 'late', lease)
    expect([late.status, late.json()]).toEqual([409, expect.objectContaining({ code: 'lease-ended' })])
    const read = await larder.send('GET', path)
    expect(read.status === 404 ? null : read.text).toBe(after)
  })
})

const ifMatch = { headers: { 'If-Match': '"x"' } }
const withLease = { headers: { 'Larder-Lease': 'x' } }
const sayNoEffect = ({ text }: Answer): void => expect(text).toMatch(/^Larder-Lease: has no effect/)
const ended = { status: 409, body: { code: 'lease-ended' } }
const field = (name: string): object => ({ code: 'invalid-input', errors: [{ field: name }] })
it.each<Omit<Case, 'status'> & { status?: number }>([
  { name: 'a TTL of 0', send: ['POST', `${base}/entries/a?op=lease&ttl=0`], body: field('ttl') },
  { name: 'a TTL that is too long', send: ['POST', `${base}/entries/a?op=lease&ttl=301`], body: field('ttl') },
  { name: 'no end', send: ['POST', `${base}/entries/a?op=lease&ttl=none`], body: field('ttl') },
  { name: 'a wait that is too long', send: ['POST', `${base}/entries/a?op=lease&wait=61`], body: field('wait') },
  { name: 'an unknown parameter', send: ['POST', `${base}/entries/a?op=lease&by=1`], body: field('by') },
  { name: 'a precondition', send: ['POST', `${base}/entries/a?op=lease`, ifMatch], body: field('If-Match') },
  { name: 'a lease on a read', send: ['GET', `${base}/entries/a`, withLease], body: field('Larder-Lease') },
  { name: 'a lease on the text face', send: ['PUT', '/v1/a', withLease], body: sayNoEffect },
  { name: 'a lease that nobody has', send: ['PUT', `${base}/entries/a`, withLease], ...ended },
  { name: 'an unknown cache', send: ['POST', '/api/caches/none/entries/a?op=lease'], status: 404 },
])('refuses $name', async ({ status = 400, ...given }) => {
  await check(larder, { ...given, status })
})

it('needs the scope read as well, because it answers the value', async () => {
  const { secret } = (await larder.send('POST', '/admin/keys', json({ label: 'writer', scopes: ['write'] })))
    .json<{ secret: string }>()
  const answer = await larder.send('POST', `${base}/entries/a?op=lease`, { headers: { 'Api-Key': secret } })
  expect([answer.status, answer.json()]).toEqual([403, expect.objectContaining({ code: 'out-of-scope' })])
})
