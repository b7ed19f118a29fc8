import type { Clients } from '../../../src/shared/clients'
import type { OperationName } from '../../../src/shared/operations'
import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../../src/shared/operations'
import { requestOf } from '../../../src/shared/request-of'
import { temporaryFolder } from '../../helpers/folder'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { portOf } from '../redis/ports'
import { json } from './cases'

// Every row of the table of operations is called with valid input, and its answer must match it.
let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
})
afterAll(() => larder.dispose())

/** Calls an operation as a client would, and checks status and shape of the answer by its row. */
async function call<N extends OperationName>(name: N, input: object = {}, server = larder): Promise<Answer> {
  const { method, path, query, body } = requestOf(name, input as never)
  const answer = await server.send(method, path + query, body === undefined ? {} : { body })
  const spec = operations[name]
  expect(answer.status, `${name}: ${answer.text}`).toBe(spec.status)
  if (spec.status !== 204 && !('media' in spec))
    spec.output.parse(answer.json())
  return answer
}

describe('every operation', () => {
  const called = new Set<string>()
  const run = async (name: OperationName, input?: object): Promise<Answer> => {
    called.add(name)
    return await call(name, input)
  }

  it('caches', async () => {
    expect((await run('caches.create', { name: 'products', ttl: 300 })).json()).toMatchObject({
      name: 'products',
      ttl: 300,
      sliding: false,
      maxEntries: null,
      maxBytes: null,
      eviction: 'lfu',
      persistent: false,
      enabled: true,
      entries: 0,
    })
    await larder.send('PUT', '/api/caches/products/entries/a', { body: 'x' })
    await larder.send('GET', '/api/caches/products/entries/a')
    await larder.send('GET', '/api/caches/products/entries/b')
    expect((await run('caches.list')).json<object[]>()).toMatchObject([
      { name: 'default', ttl: null, persistent: true },
      {
        name: 'products',
        entries: 1,
        statistics: { hits: 1, hitRatio: 0.5, sets: 1, misses: { absent: 1 }, latency: { count: 3 } },
      },
    ])
    expect((await run('caches.get', { name: 'products' })).json<{ bytes: number }>().bytes).toBeGreaterThan(2)
    const change = { ttl: null, sliding: true, maxEntries: 10, maxBytes: 100_000, persistent: true, enabled: false }
    expect((await run('caches.update', { name: 'products', ...change })).json()).toMatchObject(change)
    const preview = (await run('caches.preview', { name: 'products', maxEntries: 1 })).json()
    expect(preview).toEqual({ evicted: 0, of: 1, exact: true })
    expect((await run('caches.flush', { name: 'products' })).json()).toEqual({ matched: 1 })
    expect((await run('caches.rename', { name: 'products', to: 'articles' })).json()).toMatchObject({
      ...change,
      name: 'articles',
      statistics: { hits: 1, sets: 1 },
    })
    await call('caches.rename', { name: 'articles', to: 'products' })
    expect((await run('caches.delete', { name: 'products' })).text).toBe('')
    expect((await larder.send('GET', '/admin/caches/products')).status).toBe(404)
  })

  it('connections', async () => {
    const folder = temporaryFolder()
    const other = join(folder, 'other')
    mkdirSync(other)
    const main = {
      name: 'main',
      driver: 'file',
      from: 'data folder',
      offered: false,
      state: 'idle',
      detail: null,
      server: null,
      usedBy: { caches: [], others: 0 },
      calls: { loads: 0, failures: 0, p50: null, p99: null },
      resting: null,
      folder,
    }
    expect((await run('connections.create', { name: 'main', driver: 'file', folder })).json()).toEqual(main)
    expect((await run('connections.get', { name: 'main' })).json()).toEqual(main)
    expect((await run('connections.test', { name: 'main' })).json())
      .toEqual({ ok: true, ms: expect.any(Number), server: 'Folder', steps: ['resolve', 'read'] })
    expect((await call('connections.test', { name: 'new', driver: 'file', folder: join(folder, 'none') })).json())
      .toEqual({ ok: false, step: 'resolve', message: 'There is no such folder.', steps: ['resolve'] })
    expect((await run('connections.update', { name: 'main', folder: other })).json())
      .toEqual({ ...main, folder: other })
    expect((await run('connections.list')).json()).toEqual([{ ...main, folder: other }])
    expect((await run('connections.offered')).json()).toEqual([])
    expect((await larder.send('GET', '/readyz')).json()).toMatchObject({ connections: { main: 'idle' } })
    expect((await larder.sendOpen('GET', '/readyz')).json()).not.toHaveProperty('connections')
    expect((await larder.send('GET', '/metrics')).text)
      .toContain('larder_connection_state{connection="main",driver="file",state="idle"} 1\n')
    const unknown = { name: 'sourced', ttl: 60, source: { connection: 'none' } }
    expect((await larder.send('POST', '/admin/caches', json(unknown))).json())
      .toMatchObject({ status: 404, code: 'connection-not-found', errors: [{ field: 'source.connection' }] })
    const source = { connection: 'main', softTimeout: '0.5s' }
    expect((await call('caches.create', { name: 'sourced', ttl: 60, source })).json()).toMatchObject({
      source: {
        connection: 'main',
        key: '{key}',
        mode: 'read',
        format: 'application/octet-stream',
        softTimeout: 0.5,
        hardTimeout: 5,
        grace: 60,
        negativeTtl: 5,
        jitter: 0.1,
        refresh: null,
      },
    })
    writeFileSync(join(other, 'a.txt'), 'from the source')
    const loaded = await larder.send('GET', '/api/caches/sourced/entries/a.txt')
    expect([loaded.text, loaded.headers['content-type']]).toEqual(['from the source', 'text/plain; charset=utf-8'])
    expect(loaded.headers['cache-status']).toMatch(/^Larder; fwd=miss; stored; ttl=\d+; detail=absent$/)
    expect((await call('connections.get', { name: 'main' })).json()).toMatchObject({
      usedBy: { caches: ['sourced'], others: 0 },
      calls: { loads: 1, failures: 0, p50: expect.any(Number), p99: expect.any(Number) },
    })
    expect((await larder.send('GET', '/metrics')).text).toContain('larder_source_loads_total{connection="main"} 1\n')
    writeFileSync(join(other, 'a.txt'), 'changed')
    const { id } = (await run('caches.refresh', { name: 'sourced' })).json<{ id: string }>()
    await expect.poll(async () => (await call('jobs.get', { id })).json())
      .toMatchObject({ kind: 'refresh', state: 'done', matched: 1, target: 'all entries' })
    const held = await larder.send('GET', '/api/caches/sourced/entries/a.txt')
    expect([held.text, held.headers['cache-status']]).toEqual(['changed', expect.stringMatching(/^Larder; hit; ttl=/)])
    expect((await larder.send('DELETE', '/admin/connections/main')).json()).toMatchObject({
      status: 409,
      code: 'connection-in-use',
      detail: 'main cannot be deleted, because sourced uses it. Give it another connection, or none, first.',
    })
    await call('caches.delete', { name: 'sourced' })
    expect((await run('connections.delete', { name: 'main' })).text).toBe('')
    expect((await larder.send('GET', '/admin/connections/main')).json())
      .toMatchObject({ status: 404, code: 'connection-not-found' })
  })

  it('jobs', async () => {
    await larder.send('PUT', '/v1/exported', { body: 'x' })
    const started = (await run('jobs.start', { kind: 'export', cache: 'default' })).json<{ id: string }>()
    expect(started).toMatchObject({ kind: 'export', cache: 'default', target: 'all entries' })
    const { id } = started
    await expect.poll(async () => (await run('jobs.get', { id })).json()).toMatchObject({ state: 'done', matched: 1 })
    const { text, next } = (await run('jobs.read', { id })).json<{ text: string, next: null }>()
    expect([JSON.parse(text), next]).toEqual([
      {
        key: 'exported',
        value: { text: 'x' },
        contentType: expect.any(String),
        ttl: null,
        givenTtl: null,
        grace: 0,
        givenGrace: 0,
        tags: [],
      },
      null,
    ])
    expect((await run('jobs.cancel', { id })).json()).toMatchObject({ id, state: 'done' })
    expect((await run('jobs.list')).json<{ id: string }[]>().map(job => job.id)).toContain(id)
    await larder.send('DELETE', '/v1/exported')
  })

  it('clients', async () => {
    const connection = await connectRedis(portOf(larder))
    await connection.pipeline([['AUTH', ownerKey], ['CLIENT', 'SETNAME', 'shop'], ['XADD', 'a', 'b'], ['XADD', 'a']])
    const { redis, clients, unknown } = (await run('clients.list')).json<Clients>()
    expect(redis).toEqual({ state: 'listening', port: portOf(larder), url: larder.redisUrl, warning: null })
    expect(clients).toMatchObject([{ name: 'shop', cache: 'db0', commands: 2, lastCommand: 'CLIENT SETNAME' }])
    expect(unknown).toMatchObject([{ command: 'XADD', count: 2 }])
    await run('clients.disconnect', { id: clients[0]?.id })
    await connection.closed
    await expect.poll(async () => (await run('clients.list')).json<Clients>().clients).toEqual([])
  })

  it('switch', async () => {
    expect((await run('switch.set', { enabled: false })).json()).toEqual({ enabled: false })
    expect((await run('switch.get')).json()).toEqual({ enabled: false })
    await run('switch.set', { enabled: true })
  })

  it('keys', async () => {
    const created = (await run('keys.create', { label: 'App', scopes: ['read'], caches: ['default'], origins: ['http://localhost:5173'] })).json<{ id: string, secret: string, kept: boolean }>()
    expect(created.secret).toMatch(/^lk_/)
    const use = async (secret: string): Promise<number> =>
      (await larder.send('GET', '/v1/nope', { headers: { 'Api-Key': secret } })).status
    expect(await use(created.secret)).toBe(404)
    expect((await run('keys.list')).json<{ id: string }[]>().map(key => key.id)).toContain(created.id)
    expect((await run('keys.list')).text).not.toContain(created.secret)
    expect((await run('keys.update', {
      id: created.id,
      label: 'Renamed',
      origins: [],
    })).json()).toMatchObject({ label: 'Renamed', origins: [] })
    expect((await run('keys.reveal', { id: created.id })).json()).toMatchObject({ secret: created.secret, kept: true })
    const rotated = (await run('keys.rotate', { id: created.id, overlap: 3600 })).json<{ secret: string }>()
    expect([await use(created.secret), await use(rotated.secret)]).toEqual([404, 404])
    const again = (await run('keys.rotate', { id: created.id })).json<{ secret: string }>()
    expect([await use(rotated.secret), await use(again.secret)]).toEqual([401, 404])
    await run('keys.revoke', { id: created.id })
    expect(await use(again.secret)).toBe(401)
  })

  it('users and sessions', async () => {
    const { id } = (await run('users.create', { name: 'Zoë', password: 'correct horse' })).json<{ id: string }>()
    expect((await run('users.list'))
      .json<{ name: string, owner: boolean }[]>()
      .map(user => [user.name === 'Zoë', user.owner])).toEqual([[false, true], [true, false]])
    const session = (await run(
      'session.create',
      { name: 'Zoë', password: 'correct horse' },
    )).json<{ token: string, user: { id: string } }>()
    expect(session.user.id).toBe(id)
    const bearer = { headers: { Authorization: `Bearer ${session.token}` } }
    expect((await larder.send('GET', '/admin/caches', bearer))
      .json<{ name: string }[]>()
      .map(cache => cache.name)).toEqual(['default'])
    expect((await larder.send('GET', '/admin/users', bearer)).json()).toMatchObject({ status: 403, code: 'admin-only' })
    expect((await run('users.update', { id, name: 'Zoé' })).json()).toMatchObject({ name: 'Zoé' })
    const { code, url } = (await run('session.code')).json<{ code: string, url: string }>()
    expect(url).toBe(`${larder.url}/#${code}`)
    const owner = (await run('session.create', { code })).json<{ token: string }>()
    expect((await larder.sendOpen('POST', '/admin/session', json({ code }))).status).toBe(401)
    expect((await larder.send(
      'GET',
      '/admin/session',
      { headers: { Authorization: `Bearer ${owner.token}` } },
    )).json()).toMatchObject({ user: { owner: true }, credential: 'session', scopes: ['read', 'write', 'admin'] })
    expect((await run('session.get')).json()).toMatchObject({ credential: 'environment' })
    expect((await larder.send('DELETE', '/admin/session', bearer)).status).toBe(204)
    called.add('session.delete')
    expect((await larder.send('GET', '/admin/session', bearer)).status).toBe(401)
    const page = (await run('session.page')).json<{ path: string, url: string }>()
    expect(readFileSync(page.path, 'utf8')).toContain(page.url)
    await run('users.delete', { id })
    expect((await run('users.list')).json()).toHaveLength(1)
  })

  it('snapshots', async () => {
    const ended = async ({ id }: { id: string }): Promise<object> => {
      await expect.poll(async () => (await call('jobs.get', { id })).json()).not.toMatchObject({ state: 'running' })
      return (await call('jobs.get', { id })).json()
    }
    const job = async (name: OperationName, input: object): Promise<object> =>
      await ended((await run(name, input)).json<{ id: string }>())
    const done = { state: 'done' }
    expect(await job('snapshots.save', { name: 'first', cache: 'default' })).toMatchObject(done)
    expect((await run('snapshots.list')).json()).toMatchObject([{ name: 'first', caches: ['default'] }])
    expect((await run('snapshots.read', { name: 'first' })).json()).toMatchObject({ next: null })
    expect(await job('snapshots.load', { name: 'first', dryRun: true })).toMatchObject({ ...done, kind: 'plan' })
    expect(await job('snapshots.diff', { a: 'first', b: 'first' })).toMatchObject({ outcome: { replaced: 0 } })
    await run('snapshots.delete', { name: 'first' })
    const { id } = (await run('imports.begin', { format: 'key-value', cache: 'default' })).json<{ id: string }>()
    expect((await run('imports.write', { id, at: 0, text: '{"a":"b"}' })).json()).toMatchObject({ bytes: 9 })
    expect(await job('imports.start', { id, dryRun: true })).toMatchObject({ outcome: { added: 1 } })
    await call('connections.create', { name: 'disk', driver: 'file', folder: temporaryFolder() })
    expect(await job('imports.fetch', { connection: 'disk', cache: 'default' })).toMatchObject({ ...done, matched: 0 })
    await call('connections.delete', { name: 'disk' })
  })

  it('settings', async () => {
    expect((await run('settings.get')).json()).toMatchObject({
      valueLimit: 16 * 1024 * 1024,
      anonymous: { enabled: false },
      registrationOpen: true,
      vault: { driver: 'file', wanted: 'file', state: 'ok' },
    })
    expect((await run('settings.preview', { memory: '64MiB' })).json()).toMatchObject({ evicted: 0 })
    expect((await run('settings.update', { valueLimit: 1024 })).json()).toMatchObject({ valueLimit: 1024 })
    expect((await larder.send('PUT', '/v1/big', { body: 'x'.repeat(1025) })).status).toBe(413)
    expect((await larder.send('PUT', '/v1/big', { body: 'x'.repeat(1024) })).status).toBe(201)
    await call('settings.update', { anonymous: { enabled: true, scopes: ['read'] } })
    expect((await larder.sendOpen('GET', '/v1/big')).status).toBe(200)
    const refused = await larder.sendOpen('DELETE', '/v1/big')
    // Red: base/principal.ts, `'the key has'` for everybody.
    expect([refused.status, refused.text])
      .toEqual([403, 'This needs the scope write; requests without a key have read.\n'])
    await call('settings.update', { anonymous: { enabled: false, scopes: ['read'] } })
    expect((await larder.sendOpen('GET', '/v1/big')).status).toBe(401)
  })

  it('server', async () => {
    expect((await run('stats.get')).json()).toMatchObject({ enabled: true })
    expect((await run('history.get', { cache: 'default', span: 'minutes' })).json()).toMatchObject({ step: 60 })
    await larder.send('GET', '/v1/what%20was%20that')
    const { requests } = (await run('requests.list', { limit: 1 })).json<{ requests: object[] }>()
    expect(requests).toMatchObject([{
      method: 'GET',
      path: '/v1/what%20was%20that',
      operation: 'plain.get',
      cache: 'default',
      key: 'what was that',
      status: 404,
      result: 'miss',
      reason: 'absent',
      keyId: null,
      ttl: null,
    }])
    expect((await run('requests.groups', { by: 'cache' })).json()).toMatchObject({
      groups: expect.arrayContaining([expect.objectContaining({ name: 'default', cache: null, reason: 'absent' })]),
    })
    expect((await run('requests.count', { filter: 'key:what*' })).json()).toMatchObject({ count: 1 })
    expect((await run('requests.wait', { filter: 'key:what*', after: 0 })).json()).toMatchObject({ count: 1 })
    expect(JSON.parse((await run('requests.export', { filter: 'key:what*' })).text)).toMatchObject({ result: 'miss' })
    expect((await run('requests.clear')).json()).toEqual({ cleared: expect.any(Number) })
    expect((await run('redis.run', { cache: 'default', lines: ['GET none'] })).json()).toMatchObject({
      replies: [{ reply: btoa('$-1\r\n'), bytes: 5, logged: [{ method: 'GET', key: 'none', result: 'miss' }] }],
    })
    expect((await run('logs.list', { level: 'info', limit: 1 })).json()).toMatchObject({
      lines: [{ source: 'server', message: expect.any(String) }],
    })
    expect((await run('diagnostics.get')).json()).toEqual({ text: expect.stringContaining('stores: metadata ok') })
    expect((await run('health.live')).json()).toMatchObject({ status: 'ok' })
    expect((await run('health.ready')).json()).toEqual({ status: 'ready', stores: { metadata: 'ok', entries: 'ok' } })
    const metrics = await run('metrics.get')
    expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(metrics.text).toMatch(/^larder_entries\{cache="default"\} \d+$/m)
  })

  it('was called: no row of the table is left out', () => {
    expect([...called].sort()).toEqual(Object.keys(operations).sort())
  })
})

describe('routes', () => {
  it.each(Object.entries(operations)
    .map(([name, spec]) => [name, spec] as const))('%s: HEAD where GET is, OPTIONS, 405', async (_, spec) => {
    const path = spec.path.replaceAll(/\{\w+\}/g, 'default')
    const allowed = Object.values(operations).filter(other => other.path === spec.path).map(other => other.method)
    const options = await larder.send('OPTIONS', path)
    expect([options.status, allowed.every(method => options.headers.allow?.includes(method))]).toEqual([204, true])
    const refused = await larder.send('TRACE', path)
    expect([refused.status, refused.json().code]).toEqual([405, 'method-not-allowed'])
    const head = await larder.send('HEAD', path)
    if (spec.method === 'GET')
      expect([head.status, head.text]).toEqual([(await larder.send('GET', path)).status, ''])
    else if (!(allowed as string[]).includes('GET'))
      expect(head.status).toBe(405)
  })

  it.each([
    '/',
    '/docs',
    '/assets/index-abc.js',
    '/openapi.json',
    '/swagger.yaml',
    '/healthz',
    '/readyz',
  ])('%s is open', async (path) => {
    expect((await larder.sendOpen('GET', path)).status).toBe(200)
    expect((await larder.sendOpen('HEAD', path)).status).toBe(200)
    expect((await larder.sendOpen('POST', path)).status).toBe(405)
  })

  it('the console comes with its policy, and its hashed files stay', async () => {
    const page = await larder.sendOpen('GET', '/')
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
    expect(page.headers['content-security-policy']).toContain('require-trusted-types-for \'script\'')
    expect(
      (await larder.sendOpen('GET', '/', { headers: { 'If-None-Match': String(page.headers.etag) } })).status,
    ).toBe(304)
    expect(
      (await larder.sendOpen('GET', '/assets/index-abc.js')).headers['cache-control'],
    ).toBe('public, max-age=31536000, immutable')
  })

  it.each([
    '/nope',
    '/admin',
    '/admin/',
    '/admin/caches/',
    '/Admin/caches',
    '/assets/../larder.db',
    '/assets/%2e%2e/larder.db',
    '//admin/caches',
    '/v1',
  ])('%s is nothing', async (path) => {
    expect((await larder.sendOpen('GET', path)).status).toBe(401)
    expect((await larder.send('GET', path)).status).toBe(404)
  })
})

describe('an address that a person opens in a browser', () => {
  const browser = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
  const kindOf = ({ status, headers }: Answer): unknown[] => [status, String(headers['content-type']).split(';')[0]]

  it.each([
    ['/docs/', 200],
    ['/requests/', 200],
    ['/requests/?q=result:miss', 200],
    ['/caches/products/', 200],
    ['/nope', 404],
    ['/nope/deeper?x=1', 404],
    ['/docs//', 404],
    ['/caches/', 404],
    ['//example.com/', 404],
    ['/%zz', 404],
    ['/admin/nope', 404],
  ])('%s is a page of the console (%i)', async (path, status) => {
    const { body } = await larder.sendOpen('GET', '/')
    const page = await larder.sendOpen('GET', path, { headers: browser })
    expect(kindOf(page)).toEqual([status, 'text/html'])
    expect(page.body).toEqual(body)
    expect(page.headers).toMatchObject({ 'vary': 'Accept', 'cache-control': 'no-cache' })
    expect(page.headers['content-security-policy']).toContain('default-src \'none\'')
    expect(kindOf(await larder.sendOpen('HEAD', path, { headers: browser }))).toEqual([status, 'text/html'])
    const known = { ...browser, 'If-None-Match': String(page.headers.etag) }
    expect((await larder.sendOpen('GET', path, { headers: known })).status).toBe(status === 200 ? 304 : 404)
  })

  it.each<[string, string, string, Record<string, string>, number]>([
    ['with a key', 'GET', '/nope', { ...browser, 'Api-Key': ownerKey }, 404],
    ['with a wrong key', 'GET', '/docs/', { ...browser, Authorization: 'Bearer lk_x_y' }, 401],
    ['that does not ask for HTML', 'GET', '/docs/', { Accept: '*/*' }, 401],
    ['that names nothing', 'GET', '/nope', {}, 401],
    ['that refuses HTML', 'GET', '/nope', { Accept: 'application/json, text/html;q=0' }, 401],
    ['of another type', 'GET', '/nope', { Accept: 'text/html-sandboxed' }, 401],
    ['that posts', 'POST', '/nope', browser, 401],
    ['of an operation', 'GET', '/admin/caches', browser, 401],
    ['of an entry', 'GET', '/v1/x', browser, 401],
  ])('a request %s gets JSON or text, as apps do', async (_, method, path, headers, status) => {
    const answer = await larder.sendOpen(method, path, { headers })
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).not.toContain('text/html')
  })
})

/** Returns what a restart preserves; neither the port nor the number of entries belongs to it. */
async function metadataOf(server: TestLarder): Promise<unknown> {
  const [users, keys, settings] = await Promise.all(([
    'users.list',
    'keys.list',
    'settings.get',
  ] as const).map(async name => (await call(name, {}, server)).json()))
  return [
    (users as unknown as { entries: number }[]).map(({ entries: _, ...user }) => user),
    keys,
    { ...settings, url: '' },
  ]
}

describe('a restart', () => {
  it('keeps caches, users, keys, settings, switches and what default holds; other entries are gone', async () => {
    let server = await startLarder()
    try {
      await call('caches.create', { name: 'kept', ttl: 60, maxEntries: 5, enabled: false }, server)
      await call('caches.create', { name: 'open', ttl: 60 }, server)
      await call('users.create', { name: 'Ada', password: 'correct horse' }, server)
      const key = (await call('keys.create', { label: 'App' }, server)).json<{ id: string, secret: string }>()
      await call('settings.update', { valueLimit: 4096 }, server)
      await server.send(
        'PUT',
        '/v1/stays',
        { body: Buffer.from([0, 255]), headers: { 'Content-Type': 'a/b', 'Larder-Tags': 't', 'Larder-TTL': '1h' } },
      )
      await server.send('PUT', '/api/caches/open/entries/goes', { body: '1' })
      await call('switch.set', { enabled: false }, server)
      const before = await metadataOf(server)

      server = await server.restart()
      expect((await call('switch.get', {}, server)).json()).toEqual({ enabled: false })
      await call('switch.set', { enabled: true }, server)
      const after = await metadataOf(server)
      expect(after).toEqual(before)
      expect((await call('caches.list', {}, server)).json()).toMatchObject([
        { name: 'default', entries: 1 },
        { name: 'kept', ttl: 60, maxEntries: 5, enabled: false },
        { name: 'open', entries: 0 },
      ])
      const entry = await server.send('GET', '/v1/stays', { headers: { 'Api-Key': key.secret } })
      expect([
        entry.status,
        [...entry.body],
        entry.headers['content-type'],
        entry.headers['larder-tags'],
      ]).toEqual([200, [0, 255], 'a/b', 't'])
      expect((await server.send('GET', '/api/caches/open/entries/goes')).status).toBe(404)
      expect((await call('keys.reveal', { id: key.id }, server)).json()).toMatchObject({ secret: key.secret })
      expect(
        (await server.sendOpen('POST', '/admin/session', json({ name: 'Ada', password: 'correct horse' }))).status,
      ).toBe(201)
    }
    finally {
      await server.dispose()
    }
  })
})

// Red: leave `refuseUnknown` out of operation-input.ts.
it.each([
  ['GET', '/admin/stats?x=1'],
  ['GET', '/healthz?x'],
  ['GET', '/admin/caches/default?x='],
  ['PATCH', '/admin/settings?x=1'],
  ['POST', '/admin/caches/default/flush?x=1'],
] as const)('%s %s has an unknown parameter', async (method, target) => {
  const answer = await larder.send(method, target)
  expect(answer.status).toBe(400)
  expect(answer.json()).toMatchObject({
    code: 'invalid-input',
    detail: 'x: unknown parameter',
    errors: [{ field: 'x', message: 'unknown parameter' }],
  })
})
