import type { OperationSpec } from '../../../src/shared/operations'
import type { TestLarder } from '../../helpers/start-larder'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { questions } from '../../../src/main/cli/questions'
import { operations } from '../../../src/shared/operations'
import { temporaryFolder } from '../../helpers/folder'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { createKey } from '../../server/security/support'
import { larder } from './harness'
import { typing } from './typing'

let server: TestLarder
const surroundings = { env: { LARDER_API_KEY: ownerKey } }

beforeAll(async () => {
  server = await startLarder()
})
beforeEach(async () => {
  await server.send('POST', '/admin/caches', { body: '{"name":"products","ttl":60}' })
  for (const key of ['a', 'ab', 'b'])
    await server.send('PUT', `/api/caches/products/entries/${key}`, { body: key })
})
afterAll(() => server.dispose())

/** Entries that are left; null if the cache is gone. */
async function entries(): Promise<number | null> {
  const answer = await server.send('GET', '/admin/caches/products')
  return answer.status === 404 ? null : answer.json<{ entries: number }>().entries
}

const cases: [string[], string, number | null][] = [
  [['caches', 'delete', 'products'], 'Delete products with 3 entries? [y/N] ', null],
  [['flush', 'products'], 'Delete 3 entries, all that products has? [y/N] ', 0],
  [['del', 'products', '--prefix', 'a'], 'Delete 2 entries from products? [y/N] ', 1],
  [['del', 'products', '--filter', 'key:*b'], 'Delete 2 entries from products? [y/N] ', 1],
  [['call', 'caches.delete', '{"name":"products"}'], 'Delete products with 3 entries? [y/N] ', null],
  [['call', 'caches.flush', '{"name":"products"}'], 'Delete 3 entries, all that products has? [y/N] ', 0],
]

/** Stores an entry that is newer than all questions; `anew`: in another cache of the same name. */
async function storeLater(anew: boolean): Promise<void> {
  const asked = Date.now()
  await vi.waitUntil(() => Date.now() > asked + 1, { interval: 1 })
  if (anew) {
    await server.send('DELETE', '/admin/caches/products')
    await server.send('POST', '/admin/caches', { body: '{"name":"products","ttl":60}' })
  }
  expect((await server.send('PUT', '/api/caches/products/entries/a-late-b', { body: 'x' })).status).toBe(201)
}

// Red: leave `confirm` out of src/main/cli/ask-first.ts, or `askBefore` out of commands/call.ts.
describe.each(cases)('%j', (argv, question, left) => {
  const line = (): string[] => ['--url', server.url, ...argv]

  it.each(['y\r', 'n\r', '\x03'])('says what goes, and takes %j', async (answer) => {
    const { code, screen } = await typing(line(), [answer], surroundings)
    const goes = answer === 'y\r'
    expect(screen).toContain(question)
    expect([code, await entries()]).toEqual(goes ? [0, left] : [1, 3])
  })

  // Red: in src/main/cli/ask-before.ts return `input`; in commands/del.ts leave out `asOf`.
  it('leaves alone what came while the question stood there', async () => {
    const late = async (): Promise<string> => {
      await storeLater(left === null)
      return 'y\r'
    }
    const { code } = await typing(line(), [late], surroundings)
    expect([code, await entries()]).toEqual(left === null ? [2, 1] : [0, left + 1])
    await server.send('DELETE', '/admin/caches/products')
  })

  it.each([
    ['a script', [], false],
    ['anybody with --yes', ['--yes'], true],
  ] as const)('does not ask %s', async (_, more, tty) => {
    const { code, stderr } = await larder([...line(), ...more], { ...surroundings, tty })
    expect([code, await entries()]).toEqual([0, left])
    expect(stderr).not.toContain('?')
  })
})

const kept = ['caches', 'delete', 'kept']
// Red: in src/main/cli/commands/caches.ts leave out `entriesOf`; in entries.ts leave out `backend`.
it.each([
  [kept, 'Delete kept? Its entries stay at folder. [y/N] ', 1],
  [[...kept, '--clear-backend'], 'Delete kept, and at folder everything that begins with kept:? [y/N] ', 0],
  [['flush', 'kept'], 'Delete everything at folder that begins with kept:? [y/N] ', 0],
])('%j says what goes at a backend, whatever is here', async (words, question, left) => {
  const folder = temporaryFolder()
  const create = async (path: string, body: object): Promise<void> =>
    expect((await server.send('POST', path, { body: JSON.stringify(body) })).status).toBe(201)
  await create('/admin/connections', { name: 'folder', driver: 'file', folder })
  await create('/admin/caches', { name: 'kept', ttl: 60, backend: { connection: 'folder', prefix: 'kept:' } })
  await server.send('PUT', '/api/caches/kept/entries/a', { body: 'x' })
  // Another place for copies: none is here.
  await server.send('PATCH', '/admin/caches/kept', { body: '{"backend":{"prefix":"kept:2"}}' })
  await server.send('PATCH', '/admin/caches/kept', { body: '{"backend":{"prefix":"kept:"}}' })
  const argv = ['--url', server.url, ...words]
  const { code, screen } = await typing(argv, ['y\r'], surroundings)
  expect(screen).toContain(question)
  expect([code, readdirSync(folder).length]).toEqual([0, left])
  await server.send('DELETE', '/admin/caches/kept')
  await server.send('DELETE', '/admin/connections/folder')
})

it.each([
  [['del', 'products', 'a'], 2],
  [['del', 'products', '--expired'], 3],
  [['del', 'products', '--prefix', 'x'], 3],
  [['del', 'products', '--prefix', 'a', '--soft'], 3],
  [['del', 'products', '--prefix', 'a', '--dry-run'], 3],
])('%j asks nothing, because nothing goes for good without being named', async (argv, left) => {
  const { code, stderr } = await larder(['--url', server.url, ...argv], { ...surroundings, tty: true })
  expect([code, await entries()]).toEqual([0, left])
  expect(stderr).not.toContain('?')
})

// Red: in src/main/cli/commands/del.ts ask nothing before expired entries.
it('asks before expired entries only where some of them are still served, and says how many', async () => {
  const store = async (key: string, ...fields: [string, string][]): Promise<void> => {
    const headers = Object.fromEntries([['Cache-Control', 'max-age=0, stale-if-error=60'], ...fields])
    expect((await server.send('PUT', `/api/caches/products/entries/${key}`, { body: 'x', headers })).status).toBe(201)
  }
  await store('stale')
  await store('over', ['Cache-Control', 'max-age=0'])
  const line = ['--url', server.url, 'del', 'products', '--expired']
  const counted = await larder([...line, '--dry-run'], { ...surroundings, tty: true })
  expect(counted).toMatchObject({ code: 0, stdout: '2\n', stderr: '' })
  const { code, screen } = await typing(line, ['n\r'], surroundings)
  expect(screen).toContain('Delete 2 expired entries from products? Of these, 1 can still be served within its grace.')
  expect([code, (await server.send('GET', '/api/caches/products/entries/stale')).status]).toEqual([1, 200])
  expect((await typing(line, ['y\r'], surroundings)).code).toBe(0)
  expect((await server.send('GET', '/api/caches/products/entries/stale')).status).toBe(404)
  expect(await larder(line, { ...surroundings, tty: true })).toMatchObject({ code: 0, stdout: '0\n', stderr: '' })
})

it('asks without a number where the API key may not read', async () => {
  const { secret } = await createKey(server, { scopes: ['write'] })
  const line = ['--url', server.url, 'del', 'products', '--prefix', 'a']
  const { code, screen } = await typing(line, ['y\r'], { env: { LARDER_API_KEY: secret } })
  expect(screen).toContain('Delete every entry of products that --prefix chooses? [y/N] ')
  expect([code, await entries()]).toEqual([0, 1])
})

// Red: leave an operation out of src/main/cli/questions.ts, or `destroys` out of its row.
it('knows a question for each operation of the table that destroys something', () => {
  const rows = Object.entries<OperationSpec>(operations)
  const destroying = rows.flatMap(([name, { destroys }]) => destroys ? [name] : [])
  expect(Object.keys(questions).sort()).toEqual(destroying.sort())
  const deleting = rows.flatMap(([name, { method, path }]) => method === 'DELETE' || /flush/.test(path) ? [name] : [])
  // With a session nothing is lost, and an app connects again.
  expect(deleting.filter(name => !destroying.includes(name))).toEqual(['clients.disconnect', 'session.delete'])
})

describe.each([
  ['connections', 'delete', 'spare'],
  ['call', 'connections.delete', '{"name":"spare"}'],
])('%s %s %s', (...argv) => {
  const line = (): string[] => ['--url', server.url, ...argv]
  const isThere = async (): Promise<boolean> => (await server.send('GET', '/admin/connections/spare')).status === 200

  it('asks first', async () => {
    await server.send('POST', '/admin/connections', { body: '{"name":"spare","driver":"file","folder":"/nowhere"}' })
    const { code, screen } = await typing(line(), ['n\r'], surroundings)
    expect([code, await isThere()]).toEqual([1, true])
    expect(screen).toContain('Delete the connection spare with its secrets? [y/N] ')
    expect(await larder([...line(), '--yes'], { ...surroundings, tty: true })).toMatchObject({ code: 0 })
    expect(await isThere()).toBe(false)
  })
})

it('asks before a job deletes, and not before one that exports', async () => {
  const start = (kind: string): string[] =>
    ['--url', server.url, 'call', 'jobs.start', JSON.stringify({ kind, cache: 'products', select: [{ prefix: 'a' }] })]
  const { code, screen } = await typing(start('delete'), ['n\r'], surroundings)
  expect([code, await entries()]).toEqual([1, 3])
  expect(screen).toContain('Delete every entry of products that select chooses? [y/N] ')
  expect(await larder(start('export'), { ...surroundings, tty: true })).toMatchObject({ code: 0, stderr: '' })
})

it('asks before a user is deleted by call', async () => {
  const body = JSON.stringify({ name: 'ben', password: 'correct horse battery' })
  const { id } = (await server.send('POST', '/admin/users', { body })).json<{ id: string }>()
  const line = ['--url', server.url, 'call', 'users.delete', JSON.stringify({ id })]
  const { code, screen } = await typing(line, ['n\r'], surroundings)
  expect(code).toBe(1)
  expect(screen).toContain('Delete ben with 1 cache, no entries and 1 API key? [y/N] ')
})

it('asks before an API key is revoked, with its label', async () => {
  const { id } = await createKey(server, { label: 'shop' })
  const line = ['--url', server.url, 'key', 'revoke', id]
  expect(await typing(line, ['n\r'], surroundings)).toMatchObject({
    code: 1,
    screen: expect.stringContaining(`Revoke the API key ${id}, shop? Apps that use it are refused at once. [y/N] `),
  })
  expect(await typing(line, ['y\r'], surroundings)).toMatchObject({ code: 0 })
  expect(await larder([...line, '--yes'], { ...surroundings, tty: true })).toMatchObject({ code: 2 })
})
