import type { OperationInput, OperationName } from '../../src/shared/operations'
import { operations } from '../../src/shared/operations'
import { expect, skipWithoutBrowser, test } from './desktop-test'
import { callBridge } from './page-scripts'

skipWithoutBrowser()

type Seen = Record<'key' | 'user' | 'job' | 'upload', string>
type Samples = { [N in OperationName]: (seen: Seen) => OperationInput<N> }

/**
 * One valid input for each operation, in an order in which each one finds what the earlier ones
 * have created. A row without an input does not compile.
 */
const samples: Samples = {
  'clients.list': () => ({}),
  'clients.disconnect': () => ({ id: '1' }),
  'connections.create': () => ({ name: 'main', driver: 'file', folder: '/nonexistent' }),
  'connections.list': () => ({}),
  'connections.get': () => ({ name: 'main' }),
  'connections.offered': () => ({}),
  'connections.update': () => ({ name: 'main', folder: '/nonexistent/other' }),
  'connections.test': () => ({ name: 'main' }),
  'caches.create': () => ({ name: 'products', ttl: 300, source: { connection: 'main' } }),
  'caches.list': () => ({}),
  'caches.get': () => ({ name: 'products' }),
  'caches.update': () => ({ name: 'products', enabled: false }),
  'caches.preview': () => ({ name: 'products', maxEntries: 1 }),
  'caches.refresh': () => ({ name: 'products' }),
  'caches.rename': () => ({ name: 'products', to: 'articles' }),
  'caches.flush': () => ({ name: 'articles' }),
  'caches.delete': () => ({ name: 'articles' }),
  'jobs.start': () => ({ kind: 'export', cache: 'default' }),
  'jobs.list': () => ({}),
  'jobs.cancel': ({ job }) => ({ id: job }),
  'jobs.get': ({ job }) => ({ id: job }),
  'jobs.read': ({ job }) => ({ id: job }),
  'snapshots.save': () => ({ name: 'first', cache: 'default' }),
  'snapshots.list': () => ({}),
  'snapshots.read': () => ({ name: 'first' }),
  'snapshots.load': () => ({ name: 'first' }),
  'snapshots.diff': () => ({ a: 'first', b: 'first' }),
  'snapshots.delete': () => ({ name: 'first' }),
  'imports.begin': () => ({ format: 'ndjson', cache: 'default' }),
  'imports.write': ({ upload }) => ({ id: upload, at: 0, text: '{"key":"a","value":{"text":"b"}}' }),
  'imports.start': ({ upload }) => ({ id: upload, dryRun: true }),
  'imports.fetch': () => ({ connection: 'main', cache: 'default', dryRun: true }),
  'connections.delete': () => ({ name: 'main' }),
  'switch.set': () => ({ enabled: true }),
  'switch.get': () => ({}),
  'keys.create': () => ({ label: 'shop' }),
  'keys.list': () => ({}),
  'keys.update': ({ key }) => ({ id: key, label: 'front end' }),
  'keys.reveal': ({ key }) => ({ id: key }),
  'keys.rotate': ({ key }) => ({ id: key, overlap: 60 }),
  'keys.revoke': ({ key }) => ({ id: key }),
  'users.create': () => ({ name: 'ada', password: 'correct horse battery' }),
  'users.list': () => ({}),
  'users.update': ({ user }) => ({ id: user, name: 'grace' }),
  'session.code': () => ({}),
  'session.create': () => ({ name: 'grace', password: 'correct horse battery' }),
  'session.get': () => ({}),
  'session.page': () => ({}),
  'session.delete': () => ({}),
  'settings.get': () => ({}),
  'settings.preview': () => ({ memory: 64 * 2 ** 20 }),
  'settings.update': () => ({ memory: 64 * 2 ** 20 }),
  'stats.get': () => ({}),
  'history.get': () => ({ cache: 'default' }),
  'requests.list': () => ({ limit: 5 }),
  'diagnostics.get': () => ({}),
  'logs.list': () => ({ level: 'info' }),
  'redis.run': () => ({ cache: 'default', lines: ['SET a b', 'GET a'] }),
  'requests.groups': () => ({ by: 'reason' }),
  'requests.count': () => ({ filter: 'result:miss' }),
  'requests.wait': () => ({ after: 0, filter: 'key:a' }),
  'requests.export': () => ({ limit: 3 }),
  'requests.clear': () => ({}),
  'health.live': () => ({}),
  'health.ready': () => ({}),
  'metrics.get': () => ({}),
  'users.delete': ({ user }) => ({ id: user }),
}

// Red when `keeper.call(name, …)` of src/main/desktop/page-calls.ts takes one fixed name: the
// answers do not fit their schemas.
test('every operation of the table goes through IPC, and answers what its schema says', async ({ overview }) => {
  const seen: Seen = { key: '', user: '', job: '', upload: '' }
  expect(Object.keys(samples).sort()).toEqual(Object.keys(operations).sort())
  for (const [name, sample] of Object.entries(samples) as [OperationName, (seen: Seen) => unknown][]) {
    const answer = await callBridge<{ id?: string }>(overview, name, sample(seen))
    // Nobody is connected to this server.
    if (name === 'clients.disconnect') {
      expect(answer).toMatchObject({ ok: false, error: { code: 'client-not-found' } })
      continue
    }
    expect(answer, name).toMatchObject({ ok: true })
    if (!answer.ok)
      continue
    expect(operations[name].output.safeParse(answer.value).error, name).toBeUndefined()
    if (name === 'keys.create')
      seen.key = String(answer.value.id)
    if (name === 'users.create')
      seen.user = String(answer.value.id)
    if (name === 'imports.begin')
      seen.upload = String(answer.value.id)
    if (name === 'jobs.start')
      seen.job = String(answer.value.id)
    if (name === 'jobs.start' || name === 'snapshots.save') {
      await expect.poll(() => callBridge(overview, 'jobs.get', { id: String(answer.value.id) }))
        .toMatchObject({ ok: true, value: { state: 'done' } })
    }
  }
})

// Red when `toWireError` of src/shared/ipc.ts leaves out `errors`.
test('errors cross with code and fields, and no stack', async ({ overview }) => {
  expect(await callBridge(overview, 'caches.get', { name: 'nothing' })).toEqual({
    ok: false,
    error: {
      code: 'cache-not-found',
      message: expect.stringContaining('nothing'),
      errors: undefined,
      retryAfter: undefined,
    },
  })
  expect(await callBridge(overview, 'caches.create', { name: 'a/b', ttl: -1, more: 1 })).toMatchObject({
    ok: false,
    error: { code: 'invalid-input', errors: expect.arrayContaining([{ field: 'more', message: 'unknown field' }]) },
  })
  expect(await callBridge(overview, 'shell.start', { port: 70_000 })).toMatchObject({
    ok: false,
    error: { code: 'invalid-input', errors: [{ field: 'port', message: 'must be 1 to 65535' }] },
  })
})
