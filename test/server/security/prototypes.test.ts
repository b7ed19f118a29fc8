import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { asJson, manage } from './support'

const names = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '__lookupSetter__',
] as const
const untouched = JSON.stringify([
  Reflect.ownKeys(Object.prototype),
  Reflect.ownKeys(Array.prototype),
  Reflect.ownKeys(Function.prototype),
].map(keys => keys.map(String)))

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
  await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 60 })
})
afterEach(() => {
  expect(JSON.stringify([
    Reflect.ownKeys(Object.prototype),
    Reflect.ownKeys(Array.prototype),
    Reflect.ownKeys(Function.prototype),
  ].map(keys => keys.map(String)))).toBe(untouched)
  expect((({}) as Record<string, unknown>).polluted).toBeUndefined()
})
afterAll(() => larder.dispose())

const patchJson = { 'Content-Type': 'application/merge-patch+json' }

describe('s17 prototypes', () => {
  // Red: in src/main/cache/engine.ts let `find` refuse `name in {}`, a typical mistake with a plain
  // object instead of a Map.
  it.each(names)('%s is a cache name like any other, on every route that takes one', async (name) => {
    const get = (path: string): Promise<number> => larder.send('GET', path).then(answer => answer.status)
    expect([
      await get(`/admin/caches/${name}`),
      await get(`/api/caches/${name}/entries/a`),
      await get(`/api/get-cache?cache=${name}&key=a`),
    ]).toEqual([404, 404, 404])
    await manage(larder, 'POST', '/admin/caches', { name, ttl: 60 })
    expect(
      (await larder.send('POST', '/admin/caches', { headers: asJson, body: JSON.stringify({ name, ttl: 60 }) })).status,
    ).toBe(409)
    expect((await manage(larder, 'GET', `/admin/caches/${name}`)).name).toBe(name)
    expect((await larder.send('PUT', `/api/caches/${name}/entries/a`, { body: 'x' })).status).toBe(201)
    expect((await larder.send('GET', `/api/caches/${name}/entries/a`)).text).toBe('x')
    const key = await manage<{ caches: string[] }>(larder, 'POST', '/admin/keys', { label: name, caches: [name] })
    expect(key.caches).toEqual([name])
    expect((await larder.send('GET', '/metrics')).text).toContain(`cache="${name}"`)
    expect((await larder.send('DELETE', `/admin/caches/${name}`)).status).toBe(204)
    expect(await get(`/admin/caches/${name}`)).toBe(404)
  })

  // Red: in src/main/cache/map-store.ts let `find` return undefined for `key in {}`, as code with a
  // plain object does.
  it.each(names)('%s is an entry key like any other, on all faces', async (name) => {
    const native = `/api/caches/products/entries/${name}`
    const classic = `cache=products&key=${name}`
    expect([
      (await larder.send('GET', native)).status,
      (await larder.send('GET', `/v1/${name}`)).status,
      (await larder.send('GET', `/api/get-cache?${classic}`)).status,
    ]).toEqual([404, 404, 404])

    expect((await larder.send('PUT', native, { body: 'native', headers: { 'Larder-Tags': name } })).status).toBe(201)
    expect((await larder.send('GET', native)).text).toBe('native')
    expect(
      (await larder.send('GET', `/api/caches/products/entries?tag=${name}`)).json<{
        entries: { key: string, tags: string[] }[]
      }>().entries,
    ).toMatchObject([{ key: name, tags: [name] }])
    expect((await larder.send('DELETE', `/api/caches/products/entries?tag=${name}`)).json()).toEqual({ matched: 1 })

    expect((await larder.send('PUT', `/v1/${name}`, { body: 'plain' })).status).toBe(201)
    expect((await larder.send('GET', `/v1/${name}`)).text).toBe('plain')
    expect((await larder.send('DELETE', `/v1/${name}`)).status).toBe(200)

    const body = JSON.stringify({ cacheName: 'products', data: { id: name, polluted: true } })
    expect((await larder.send('POST', '/api/set-cache', { body })).status).toBe(200)
    expect((await larder.send('GET', `/api/get-cache?${classic}`)).text).toBe(`{"id":"${name}","polluted":true}`)
    expect((await larder.send('GET', `/api/cache-invalidation?${classic}`)).json()).toEqual({ status: 204 })

    const batch = {
      operations: [
        { op: 'set', key: name, value: { text: 'batch' } },
        { op: 'get', key: name },
        { op: 'delete', key: name },
      ],
    }
    expect(
      (await manage<{ results: { status: number, value?: unknown }[] }>(
        larder,
        'POST',
        '/api/caches/products/batch',
        batch,
      )).results,
    ).toMatchObject([{ status: 201 }, { status: 200, value: { text: 'batch' } }, { status: 204 }])
  })

  // Red: in src/main/cache/merge-patch.ts collect the members in an object by plain assignment
  // instead of Object.fromEntries.
  it.each(names)('%s is a member like any other of stored JSON and of merge patches', async (name) => {
    const path = '/api/caches/products/entries/json'
    const stored = `{"a":1,"${name}":{"polluted":true}}`
    await larder.send('PUT', path, { headers: asJson, body: stored })
    expect((await larder.send('GET', path)).text).toBe(stored)
    const patch = `{"b":2,"${name}":{"polluted":{"${name}":{"polluted":1}}},"deep":{"${name}":{"polluted":2}}}`
    expect((await larder.send('PATCH', path, { headers: patchJson, body: patch })).status).toBe(204)
    const merged = (await larder.send('GET', path)).json()
    expect(Object.keys(merged)).toEqual(['a', name, 'b', 'deep'])
    expect(
      Object.getOwnPropertyDescriptor(merged, name)?.value,
    ).toEqual(JSON.parse(`{"polluted":{"${name}":{"polluted":1}}}`))
    // null removes the own member and nothing else.
    expect((await larder.send('PATCH', path, { headers: patchJson, body: `{"${name}":null}` })).status).toBe(204)
    expect(Object.keys((await larder.send('GET', path)).json())).toEqual(['a', 'b', 'deep'])
    // The same through the classic face, byte for byte.
    await larder.send('GET', '/api/cache-invalidation?cache=products&key=p')
    const data = `{"id":"p","${name}":{"polluted":true}}`
    expect(
      (await larder.send(
        'POST',
        '/api/set-cache',
        { body: `{"cacheName":"products","data":${data},"${name}":{"polluted":true}}` },
      )).status,
    ).toBe(200)
    expect((await larder.send('GET', '/api/get-cache?cache=products&key=p')).text).toBe(data)
  })

  // Red: in src/main/http/operation-input.ts build the input by plain assignment.
  it.each(names)('%s is refused by name as a field, nested too, and as a query parameter', async (name) => {
    const refused = async (method: string, path: string, body?: string): Promise<string[]> => {
      const answer = await larder.send(method, path, { headers: asJson, body })
      expect(answer.status, `${method} ${path} ${body}`).toBe(400)
      return answer.json<{ errors?: { field: string }[] }>().errors?.map(({ field }) => field) ?? []
    }
    expect(await refused('POST', '/admin/caches', `{"name":"x","ttl":1,"${name}":{"polluted":true}}`)).toContain(name)
    expect(await refused('PATCH', '/admin/settings', `{"${name}":{"polluted":true}}`)).toContain(name)
    expect(await refused(
      'PATCH',
      '/admin/settings',
      `{"anonymous":{"enabled":true,"scopes":["read"],"${name}":{"polluted":true}}}`,
    )).toContain(`anonymous.${name}`)
    expect(await refused(
      'POST',
      '/api/caches/products/batch',
      `{"operations":[{"op":"get","key":"a","${name}":{"polluted":true}}]}`,
    )).toContain(`operations.0.${name}`)
    expect(await refused(
      'POST',
      '/api/caches/products/batch',
      `{"operations":[{"op":"${name}","key":"a"}]}`,
    )).toContain('operations.0.op')
    for (const path of [
      `/admin/caches?${name}=1`,
      `/admin/requests?${name}=1`,
      `/api/caches/products/entries?${name}=1`,
      `/events?${name}=1`,
    ])
      expect(await refused('GET', path), path).toContain(name)
    expect(await refused('DELETE', `/api/caches/products/entries?prefix=a&${name}=1`)).toContain(name)
    expect(await refused('GET', `/api/caches/products/entries?sort=${name}`)).toContain('sort')
    expect(await refused('GET', `/events?topics=${name}`)).toContain('topics')
    expect((await larder.send('POST', `/api/caches/products/entries/a?op=${name}`)).status).toBe(400)
    expect([401, 404]).toContain((await larder.send('GET', `/${name}`)).status)
    expect(
      (await larder.send('PATCH', `/admin/keys/${name}`, { headers: asJson, body: '{}' })).status,
    ).toBe(name.startsWith('__') ? 400 : 404)
  })
})
