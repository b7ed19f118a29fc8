import type { ScopeName } from '../../../src/main/base/principal'
import type { Clients } from '../../../src/shared/clients'
import type { RedisConnection } from '../../helpers/redis-connection'
import type { TestLarder } from '../../helpers/start-larder'
import type { RouteRow } from './routes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { widenScopes } from '../../../src/main/base/principal'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { portOf } from '../redis/ports'
import { otherPaths, routes, targetOf } from './routes'
import { asJson, createKey, head, manage, saveSnapshot, withKey, wrongCells } from './support'

/** A caller, as the table distinguishes them. */
interface Caller {
  name: string
  headers: (row: RouteRow) => Promise<Record<string, string>>
  /** The rights of the credential; null if it is not valid. */
  rights: { owner: boolean, admin: boolean, scopes: ReadonlySet<ScopeName>, caches: readonly string[] | null } | null
  /** Whether no credential is sent, so that none can be wrong. */
  silent?: boolean
  anonymous?: readonly ('read' | 'write')[]
  /** Whether a page could have sent the request, so that no GET may change anything. */
  embeddable?: boolean
}

let larder: TestLarder
const connections: RedisConnection[] = []
let other: { id: string, token: string }
const password = 'correct horse battery'

const wrongKey = `lk_000000000000_${'0'.repeat(43)}_00000000`
const constant = (headers: Record<string, string>) => () => Promise.resolve(headers)

function keyCaller(name: string, scopes: ScopeName[], caches: string[] | null = null): Caller {
  let secret: Promise<string> | undefined
  return {
    name,
    headers: async () => withKey(await (secret ??= createKey(larder, { scopes, caches }).then(key => key.secret))),
    rights: { owner: true, admin: true, scopes: widenScopes(scopes), caches },
  }
}

/** Creates a key of another user, who is not an administrator and has no cache `products`. */
function otherKeyCaller(scopes: ScopeName[]): Caller {
  let secret: Promise<string> | undefined
  const create = async (): Promise<string> =>
    (await manage<{ secret: string }>(
      larder,
      'POST',
      '/admin/keys',
      { label: 'theirs', scopes },
      { Authorization: `Bearer ${other.token}` },
    )).secret
  return {
    name: `another user's key with ${scopes.join()}`,
    headers: async () => withKey(await (secret ??= create())),
    rights: { owner: false, admin: false, scopes: widenScopes(scopes), caches: null },
  }
}

async function signIn(who: { name: string, password: string } | { code: string }): Promise<string> {
  return (await manage<{ token: string }>(larder, 'POST', '/admin/session', who)).token
}

function sessionCaller(name: string, owner: boolean, start: () => Promise<string>): Caller {
  let token: Promise<string> | undefined
  return {
    name,
    // A session that is about to be ended must not be shared.
    headers: async row =>
      ({ Authorization: `bearer ${await (row.operation === 'session.delete' ? start() : token ??= start())}` }),
    rights: { owner, admin: owner, scopes: widenScopes(['admin']), caches: null },
  }
}

const anonymousWriter = {
  rights: { owner: true, admin: false, scopes: widenScopes(['write']), caches: null },
  anonymous: ['write'],
} as const

const callers: readonly Caller[] = [
  { name: 'no key', headers: constant({}), rights: null, silent: true },
  { name: 'a wrong key', headers: constant(withKey(wrongKey)), rights: null },
  {
    name: 'a wrong key beside an anonymous one',
    headers: constant(withKey(wrongKey)),
    rights: null,
    anonymous: ['read', 'write'],
  },
  keyCaller('a key with read', ['read']),
  keyCaller('a key with write', ['write']),
  keyCaller('a key with read and write', ['read', 'write']),
  keyCaller('a key with admin', ['admin']),
  keyCaller('a key for another cache', ['read', 'write'], ['elsewhere']),
  keyCaller('a key for this cache', ['read', 'write'], ['products']),
  otherKeyCaller(['read', 'write']),
  otherKeyCaller(['admin']),
  sessionCaller('another user\'s session', false, () => signIn({ name: 'other', password })),
  sessionCaller('the owner\'s session', true, async () =>
    await signIn({ code: (await manage<{ code: string }>(larder, 'POST', '/admin/session/code')).code })),
  {
    name: 'nobody, while anonymous may read',
    headers: constant({}),
    rights: { owner: true, admin: false, scopes: widenScopes(['read']), caches: null },
    anonymous: ['read'],
  },
  { ...anonymousWriter, name: 'nobody, while anonymous may write', headers: constant({}), embeddable: true },
  { ...anonymousWriter, name: 'nobody by the key anonymous', headers: constant(withKey('anonymous')) },
  { name: 'the key anonymous, which is switched off', headers: constant(withKey('anonymous')), rights: null },
]

/** Returns the cache of a data-plane row, if its target names one. */
function cacheOf(row: RouteRow): string | null {
  if (row.face === 'plain')
    return 'default'
  return row.face === 'native' || row.face === 'classic' || row.operation === 'redis.run' ? 'products' : null
}

/** Returns the result that the row requires: `done`, or a status. */
function expected(row: RouteRow, { rights, silent, embeddable }: Caller): 'done' | number {
  if (row.scope === 'open')
    return 'done'
  if (!rights)
    return silent && row.face === 'classic' ? 400 : 401
  if (embeddable && row.mutates && row.method === 'GET')
    return 403
  if (row.scope !== 'any' && !rights.scopes.has(row.scope))
    return 403
  if (row.reach === 'server' && !rights.admin)
    return 403
  const cache = cacheOf(row)
  if (cache !== null && rights.caches !== null && !rights.caches.includes(cache))
    return 403
  // For others, the owner's things do not exist; everybody has a cache `default`.
  if (!rights.owner && (cache === 'products' || /\{(?:name|id)\}/.test(row.template)))
    return 404
  return 'done'
}

let serial = 0
/** Prepares the row's target as the owner. Returns the input with which the row succeeds. */
async function prepare(row: RouteRow): Promise<{ target: string, body?: unknown }> {
  serial += 1
  const name = `c${serial}`
  const group = row.operation.split('.')[0]
  const source = row.operation === 'caches.refresh' ? { connection: 'spare' } : null
  const cache = { name, ttl: 60, source }
  if (group === 'caches' && row.template.includes('{name}'))
    await manage(larder, 'POST', '/admin/caches', cache)
  if (group === 'connections' && row.template.includes('{name}'))
    await manage(larder, 'POST', '/admin/connections', { name, ...connection })
  if (group === 'snapshots' && row.template.includes('{name}'))
    await saveSnapshot(larder, name)
  const id = await idFor(row, group, name)
  if (row.template.includes('{key+}') || row.face === 'classic' || row.operation === 'requests.wait') {
    await manage(larder, 'PUT', '/api/caches/products/entries/item', {})
    await manage(larder, 'PUT', '/v1/item', {})
    await manage(larder, 'PUT', '/v1/item', {}, { Authorization: `Bearer ${other.token}` })
  }
  return { target: targetOf(row, { name, id }), body: bodies(name)[row.operation] }
}

async function idFor(row: RouteRow, group: string | undefined, name: string): Promise<string> {
  if (row.operation === 'users.delete')
    return (await manage<{ id: string }>(larder, 'POST', '/admin/users', { name: `leaving ${name}`, password })).id
  if (group === 'keys' && row.template.includes('{id}'))
    return (await createKey(larder, {})).id
  if (group === 'jobs' && row.template.includes('{id}')) {
    const { id } = await manage<{ id: string }>(larder, 'POST', '/admin/jobs', { kind: 'export', cache: 'products' })
    await expect.poll(() => manage(larder, 'GET', `/admin/jobs/${id}`)).toMatchObject({ state: 'done' })
    return id
  }
  if (group === 'imports' && row.template.includes('{id}')) {
    const begin = { format: 'ndjson', cache: 'products' }
    return (await manage<{ id: string }>(larder, 'POST', '/admin/imports', begin)).id
  }
  if (group === 'clients') {
    connections.push(await connectRedis(portOf(larder)))
    await connections.at(-1)?.send('AUTH', ownerKey)
    return (await manage<Clients>(larder, 'GET', '/admin/clients')).clients.at(-1)?.id ?? ''
  }
  return group === 'users' ? ownerId : ''
}

const connection = { driver: 'file', folder: '/nonexistent' }

function bodies(name: string): Record<string, unknown> {
  return {
    'classic.set': { cacheName: 'products', data: { id: name } },
    'entries.patch': { a: 1 },
    'entries.batch': { operations: [{ op: 'set', key: 'b', value: { text: 'b' } }] },
    'caches.create': { name, ttl: 60 },
    'caches.update': { ttl: 90 },
    'caches.preview': { maxEntries: 1 },
    'caches.rename': { to: `${name}-renamed` },
    'connections.create': { name, ...connection },
    'connections.update': { folder: '/nonexistent/other' },
    'jobs.start': { kind: 'export', cache: 'default' },
    'snapshots.save': { name, cache: 'default' },
    'snapshots.diff': { a: 'kept', b: 'kept' },
    'imports.begin': { format: 'ndjson', cache: 'default' },
    'imports.write': { at: 0, text: ' ' },
    'imports.fetch': { connection: 'offered', cache: 'default', dryRun: true },
    'requests.wait': { after: 0 },
    'redis.run': { cache: 'products', lines: ['PING'] },
    'switch.set': { enabled: true },
    'keys.create': { label: 'made' },
    'keys.update': { label: 'changed' },
    'users.create': { name, password },
    'session.create': { name: 'other', password },
  }
}

let ownerId: string
beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  ownerId = (await manage<{ user: { id: string } }>(larder, 'GET', '/admin/session')).user.id
  await manage(larder, 'POST', '/admin/connections', { name: 'spare', ...connection })
  await manage(larder, 'POST', '/admin/connections', { name: 'offered', offered: true, ...connection })
  for (const name of ['products', 'elsewhere'])
    await manage(larder, 'POST', '/admin/caches', { name, ttl: 60 })
  const { id } = await manage<{ id: string }>(larder, 'POST', '/admin/users', { name: 'other', password })
  other = { id, token: await signIn({ name: 'other', password }) }
  await saveSnapshot(larder, 'kept')
  await saveSnapshot(larder, 'kept', { Authorization: `Bearer ${other.token}` })
})
afterAll(async () => {
  connections.forEach(connection => connection.close())
  await larder.dispose()
})

async function allow(scopes: readonly string[] | undefined): Promise<void> {
  await manage(
    larder,
    'PATCH',
    '/admin/settings',
    { anonymous: { enabled: scopes !== undefined, scopes: scopes ?? ['read'] } },
  )
}

async function ask(row: RouteRow, caller: Caller): Promise<string | undefined> {
  const { target, body } = await prepare(row)
  const headers = {
    ...await caller.headers(row),
    ...row.operation === 'entries.patch' ? { 'Content-Type': 'application/merge-patch+json' } : asJson,
  }
  const text = body === undefined ? undefined : JSON.stringify(body)
  const { status } = row.face === 'events'
    ? await head(larder.port, row.method, target, headers)
    : await larder.sendOpen(row.method, target, { headers, body: text })
  const wanted = expected(row, caller)
  const right = wanted === 'done' ? row.success.includes(status) : status === wanted
  return right
    ? undefined
    : `${row.operation} (${row.method} ${target}): ${status} instead of ${wanted === 'done' ? row.success.join('/') : wanted}`
}

describe('s6 every route is guarded as its row says', () => {
  // Red: each of these alone – in src/main/base/operation-handlers.ts drop `requireScope` or the
  // check of `reach`; in src/main/serving/access.ts drop `requireScope` or the check of `caches`;
  // in src/main/http/control-plane.ts drop `requireScope`; in src/main/admin/key-ring.ts let `get`
  // ignore `userId`.
  it.each(callers)('$name', async (caller) => {
    await allow(caller.anonymous)
    expect(await wrongCells(routes, row => ask(row, caller), 1)).toEqual([])
    await allow(undefined)
  })

  it('names a scope, a reach and whether it mutates in every row', () => {
    for (const row of routes) {
      expect(['open', 'any', 'read', 'write', 'admin'], row.operation).toContain(row.scope)
      expect(['own', 'server'], row.operation).toContain(row.reach)
      // Operations without any credential must not return or change anything of others.
      if (row.scope === 'open') {
        expect(
          ['health.live', 'health.ready', 'session.create', 'users.create'],
          row.operation,
        ).toContain(row.operation)
      }
    }
  })

  // Red: in src/main/http/pipeline.ts let `exchange.open` be true for the kind `unknown`.
  it('tells nobody without a key which paths there are', async () => {
    const open = new Set(['/', '/docs', '/openapi.json', '/swagger.yaml', '/assets/index-abc.js'])
    for (const path of [
      ...otherPaths,
      '/admin/caches',
      '/admin/keys/x/reveal',
      '/api/caches',
      '/metrics/',
      '/Admin/caches',
      '/%61dmin/caches',
    ]) {
      for (const method of ['GET', 'HEAD', 'POST', 'TRACE']) {
        const { status } = await larder.sendOpen(method, path)
        expect(status, `${method} ${path}`).toBe(open.has(path) ? (/GET|HEAD/.test(method) ? 200 : 405) : 401)
      }
    }
  })

  // Red: in src/main/admin/users.ts let `registrationOpen` return true.
  it('closes registration once the owner has a password', async () => {
    await manage(larder, 'PATCH', `/admin/users/${ownerId}`, { password })
    const answer = await larder.sendOpen(
      'POST',
      '/admin/users',
      { headers: asJson, body: JSON.stringify({ name: 'late', password }) },
    )
    expect([answer.status, answer.json().code]).toEqual([403, 'registration-closed'])
    const theirs = await larder.sendOpen(
      'POST',
      '/admin/users',
      {
        headers: { ...asJson, Authorization: `Bearer ${other.token}` },
        body: JSON.stringify({ name: 'late', password }),
      },
    )
    expect([theirs.status, theirs.json().code]).toEqual([403, 'registration-closed'])
    expect(
      (await larder.send(
        'POST',
        '/admin/users',
        { headers: asJson, body: JSON.stringify({ name: 'late', password }) },
      )).status,
    ).toBe(201)
  })
})
