import type { Disk } from './full-disk'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { mountSmallDisk, pretendSmallDisk } from './full-disk'

/** The parts of answers that the test looks at. */
interface Answer {
  code?: string
  detail?: string
  secret?: string
  status?: string
  failing?: string[]
  token?: string
}

/** The records of a list without the fields that change by themselves. */
function without(fields: readonly string[], list: Answer): unknown[] {
  const none = Object.fromEntries(fields.map(field => [field, null]))
  return Object.values(list).map((record: object) => ({ ...record, ...none }))
}

// R6. Red: in src/main/storage/disk-faults.ts leave 'SQLITE_FULL' out, or in
// src/main/storage/guarded-writes.ts never set `failure`.
it.each<[string, () => Disk | string]>([
  ['a file system that is full', mountSmallDisk],
  ['a database that reports a full disk', pretendSmallDisk],
])('r6 %s: 507, degraded, switches and entries go on, and it recovers', async (_, open) => {
  const disk = open()
  if (typeof disk === 'string') {
    // The other row proves the same without the rights that this one needs.
    process.stdout.write(`${disk}\n`)
    return
  }
  onTestFinished(() => disk.remove())
  const told: string[] = []
  let larder = await startLarder({ home: join(disk.folder, 'larder') }, undefined, sentence => told.push(sentence))
  onTestFinished(() => larder.dispose())
  const json = async (method: string, path: string, body?: unknown, key?: string): Promise<[number, Answer]> => {
    const { status, body: answer } = await larder.send(method, path, {
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(key !== undefined && { 'Api-Key': key }),
      },
    })
    return [status, answer.length === 0 ? {} : JSON.parse(answer.toString()) as Answer]
  }
  const [, { secret = '' }] = await json('POST', '/admin/keys', { label: 'bob', scopes: ['admin'] })
  await json('POST', '/admin/caches', { name: 'kept', ttl: null, persistent: true })
  await json('POST', '/admin/caches', { name: 'plain', ttl: null })
  const state = async (): Promise<unknown[]> => [
    without(['statistics', 'lastMinute', 'asOf'], (await json('GET', '/admin/caches'))[1]),
    without(['lastUsedAt'], (await json('GET', '/admin/keys'))[1]),
  ]
  const before = await state()

  disk.fill()
  const [status, problem] = await json('POST', '/admin/caches', { name: 'new', ttl: 1 })
  expect([status, problem.code]).toEqual([507, 'storage-full'])
  expect(problem.detail).toContain(larder.home)
  for (const [method, path, body] of [
    ['PATCH', '/admin/caches/plain', { ttl: 5, enabled: false }],
    ['DELETE', '/admin/caches/plain', undefined],
    ['PATCH', '/admin/settings', { valueLimit: 2048 }],
    ['POST', '/admin/users', { name: 'carl', password: 'a good password' }],
  ] as const)
    expect((await json(method, path, body, secret))[0], `${method} ${path}`).toBe(507)
  expect(await state()).toEqual(before)

  // Reads and writes of entries go on.
  expect((await larder.send('PUT', '/api/caches/kept/entries/a', { body: 'x'.repeat(100_000) })).status).toBe(201)
  expect((await larder.send('GET', '/api/caches/kept/entries/a')).status).toBe(200)
  await expect.poll(() => json('GET', '/readyz')).toEqual([200, {
    status: 'degraded',
    stores: {
      metadata: expect.stringContaining('cannot be written'),
      entries: expect.stringContaining('cannot be written'),
    },
  }])
  expect((await json('GET', '/admin/stats'))[1].failing).toEqual(['metadata', 'entries'])
  expect(told).toEqual([expect.stringContaining(`cannot write to ${larder.home}`)])

  // So do the switches.
  expect(await json('PATCH', '/admin/caches/plain', { enabled: false })).toMatchObject([200, { enabled: false }])
  expect((await larder.send('GET', '/api/caches/plain/entries/a')).status).toBe(503)
  expect(await json('PUT', '/admin/switch', { enabled: false })).toEqual([200, { enabled: false }])
  expect((await larder.send('GET', '/api/caches/kept/entries/a')).status).toBe(503)

  // Somebody who signs in meanwhile can work, and stays signed in.
  const [, { code }] = await json('POST', '/admin/session/code')
  const [signedIn, { token = '' }] = await json('POST', '/admin/session', { code })
  expect(signedIn).toBe(201)
  expect((await json('GET', '/admin/session', undefined, token))[0]).toBe(200)

  disk.free()
  await expect.poll(async () => (await json('GET', '/readyz'))[1].status).toBe('ready')
  expect(told).toEqual([expect.any(String), `can write to ${larder.home} again.`])
  expect((await json('POST', '/admin/caches', { name: 'new', ttl: 1 }))[0]).toBe(201)

  larder = await larder.restart()
  expect((await json('GET', '/admin/session', undefined, token))[0]).toBe(200)
  expect(await json('GET', '/admin/switch')).toEqual([200, { enabled: false }])
  expect((await json('GET', '/admin/caches/plain'))[1]).toMatchObject({ enabled: false, ttl: null })
  await json('PUT', '/admin/switch', { enabled: true })
  expect((await larder.send('GET', '/api/caches/kept/entries/a')).body).toHaveLength(100_000)
})
