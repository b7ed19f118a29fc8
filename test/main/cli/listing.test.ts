import type { TestLarder } from '../../helpers/start-larder'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { larder as run } from './harness'

let server: TestLarder
beforeAll(async () => {
  server = await startLarder()
  for (const name of ['products', 'list', 'many', 'odd'])
    await server.send('POST', '/admin/caches', { body: JSON.stringify({ name, ttl: name === 'list' ? null : 600 }) })
  await put('products', 'user:1', 'aaa', { 'Larder-Tags': 'sale' })
  await put('products', 'user:2', 'a'.repeat(5000), { 'Larder-TTL': 'none' })
  await put('products', 'cart:1', 'aa', { 'Larder-Tags': 'sale', 'Larder-TTL': '60' })
  for (let hits = 0; hits < 3; hits++)
    await server.send('GET', '/api/caches/products/entries/cart%3A1')
  await put('list', 'in-list', 'x')
  const operations = Array.from({ length: 2345 }, (_, i) => ({ op: 'set', key: `k${i}`, value: { text: 'v' } }))
  await server.send('POST', '/api/caches/many/batch', { body: JSON.stringify({ operations }) })
})
afterAll(() => server.dispose())

async function put(cache: string, encoded: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const { status } = await server.send('PUT', `/api/caches/${cache}/entries/${encoded}`, { body, headers })
  expect(status).toBe(201)
}

type Surroundings = Parameters<typeof run>[1]
function larder(argv: readonly string[], more: Surroundings = {}): ReturnType<typeof run> {
  return run(['--url', server.url, ...argv], { env: { LARDER_API_KEY: ownerKey }, ...more })
}
const keysOf = (stdout: string): string[] => stdout.split('\n').slice(0, -1).map(line => line.replace(/^.{35}/, ''))

describe('keys', () => {
  it('prints a line for each entry: size, seconds left, hits, key', async () => {
    const { code, stdout, stderr } = await larder(['keys', 'products'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^ +[\d,]+ +\d\d +3 {2}cart:1\n +[\d,]+ +\d{3} +0 {2}user:1\n +5,\d+ +– +0 {2}user:2\n$/)
  })

  it.each([
    [[], ['cart:1', 'user:1', 'user:2']],
    [['--prefix', 'user:'], ['user:1', 'user:2']],
    [['--glob', '*:1'], ['cart:1', 'user:1']],
    [['--tag', 'sale'], ['cart:1', 'user:1']],
    [['--sort', 'size'], ['cart:1', 'user:1', 'user:2']],
    [['--sort', 'size', '--order', 'desc'], ['user:2', 'user:1', 'cart:1']],
    [['--sort', 'hits', '--order', 'desc', '--limit', '1'], ['cart:1']],
    [['--sort', 'ttl', '--limit=2'], ['cart:1', 'user:1']],
    [['--sort', 'age', '--tag', 'sale', '--limit', '1'], ['cart:1']],
    [['--percent', '--prefix', 'user%3A1'], ['user:1']],
    [['--filter', 'user:*'], ['user:1', 'user:2']],
    [['--filter', 'prefix:user:'], ['user:1', 'user:2']],
    [['--filter', 'tag:sale ttl<100s'], ['cart:1']],
    [['--filter', 'size>1kB'], ['user:2']],
    [['--filter=ttl:none'], ['user:2']],
    [['--filter', 'age<1h -cart', '--sort', 'size', '--order', 'desc'], ['user:2', 'user:1']],
  ])('%j lists %j', async (flags, expected) => {
    expect(keysOf((await larder(['keys', 'products', ...flags])).stdout)).toEqual(expected)
  })

  it.each([[[], 2345], [['--limit', '1001'], 1001], [['--limit', '2000'], 2000], [['--limit', '9999'], 2345]])(
    'pages through with %j: %i different keys',
    async (flags, count) => {
      const { stdout } = await larder(['keys', 'many', ...flags])
      expect(new Set(keysOf(stdout)).size).toBe(count)
      expect(keysOf(stdout)).toHaveLength(count)
    },
  )

  it('--json prints an object a line, safe on a terminal', async () => {
    const { stdout } = await larder(['keys', 'products', '--json', '--prefix', 'user:'])
    expect(stdout.trimEnd().split('\n').map(line => JSON.parse(line))).toEqual([
      expect.objectContaining({ key: 'user:1', tags: ['sale'], hits: 0, ttl: expect.any(Number) }),
      expect.objectContaining({ key: 'user:2', tags: [], ttl: null }),
    ])
  })

  it('heads the columns at a terminal only, and not in JSON', async () => {
    expect((await larder(['keys', 'products'], { tty: true })).stdout).toMatch(/BYTES +TTL +HITS +KEY/)
    expect((await larder(['keys', 'products', '--json'], { tty: true })).stdout).not.toContain('BYTES')
  })

  const odd = ['%1B%5B2J', 'a%0Ab', '%FF', 'a%20b', '%E2%80%AE', '-x', 'it\'s', '%25', 'ü', '~a', '%00', 'a%2F%2Fb']
  it.each([[[]], [['--percent']], [['--json']]])('shows no key raw that commands a terminal: %j', async (flags) => {
    for (const key of odd)
      await server.send('PUT', `/api/caches/odd/entries/${encodeURI(key).replaceAll('%25', '%')}`, { body: 'v' })
    const { stdout } = await larder(['keys', 'odd', ...flags])
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\x00-\x09\x0B-\x1F\x7F-\x9F\u202E]/)
    const { total } = (await server.send('GET', '/api/caches/odd/entries')).json<{ total: number }>()
    expect(stdout.trimEnd().split('\n')).toHaveLength(total)
  })

  it('--percent writes keys as get --percent takes them, safe for a shell', async () => {
    const written = keysOf((await larder(['keys', 'odd', '--percent'])).stdout)
    expect(written).toContain('%FF')
    for (const key of written) {
      expect(key).toMatch(/^[\w%.:/@,+=][\w%.:/@,+=-]*$/)
      expect(await larder(['get', 'odd', key, '--percent'])).toMatchObject({ code: 0, stdout: 'v' })
    }
  })

  it.each([
    [['keys', 'list'], ['in-list']],
    [['keys', '--', 'list'], ['in-list']],
  ])('%j lists the cache of that name', async (argv, expected) => {
    expect(keysOf((await larder(argv)).stdout)).toEqual(expected)
  })

  it.each([
    [['keys', 'create'], 2, 'For API keys: larder key create'],
    [['keys', 'nowhere'], 2, 'nowhere'],
    [['keys'], 64, 'keys needs <cache>'],
    [['keys', ''], 64, 'must not be empty'],
    [['keys', 'products', '--tag', 'a', '--glob', 'b'], 64, 'keys takes either --glob or --tag, not both'],
    [['keys', 'products', '--filter', 'a', '--glob', 'b'], 64, 'keys takes either --glob or --filter, not both'],
    [['keys', 'products', '--filter', ' '], 64, '--filter: must have at least one term'],
    [['keys', 'products', '--filter', 'a ttl<1y'], 64, '--filter, at character 7: ttl must be a number, optionally'],
    [['keys', 'products', '--sort', 'name'], 64, '--sort name: must be one of key, size, ttl, hits, age'],
    [['keys', 'products', '--order', 'up'], 64, 'must be one of asc, desc'],
    [['keys', 'products', '--limit', '0'], 64, 'must be a whole number from 1'],
    [['keys', 'products', '--prefix', ''], 64, 'must be text, and not empty'],
    [['keys', 'products', '--prefix', '%F', '--percent'], 64, 'without two hexadecimal digits'],
  ])('%j is refused', async (argv, code, message) => {
    const outcome = await larder(argv, { tty: true })
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) })
  })

  it('says nothing when its reader has gone', async () => {
    const reader = spawn('true', { stdio: ['pipe', 'ignore', 'ignore'] })
    await once(reader, 'exit')
    expect(await larder(['keys', 'many'], { stdout: reader.stdin })).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('del with a flag that chooses', () => {
  it.each([
    [['--tag', 'sale'], ['c', 'd']],
    [['--prefix', 'a'], ['b:1', 'c', 'd']],
    [['--glob', '*:1'], ['c', 'd']],
    [['--percent', '--prefix', '%61'], ['b:1', 'c', 'd']],
    [['--filter', 'tag:sale -b'], ['b:1', 'c', 'd']],
    [['--filter', 'ttl<1h'], []],
    [['--filter', 'ttl<1m'], ['a:1', 'b:1', 'c', 'd']],
  ])('%j prints how many, and leaves %j', async (flags, left) => {
    await server.send('POST', '/admin/caches/products/flush')
    for (const key of ['a:1', 'b:1'])
      await put('products', key, 'x', { 'Larder-Tags': 'sale' })
    for (const key of ['c', 'd'])
      await put('products', key, 'x')
    const dry = await larder(['del', 'products', ...flags, '--dry-run'])
    const count = `${4 - left.length}\n`
    expect([dry.code, dry.stdout, dry.stderr]).toEqual([0, count, ''])
    expect(keysOf((await larder(['keys', 'products'])).stdout)).toHaveLength(4)
    expect(await larder(['del', 'products', ...flags])).toMatchObject({ code: 0, stdout: count, stderr: '' })
    expect(keysOf((await larder(['keys', 'products'])).stdout)).toEqual(left)
    expect(JSON.parse((await larder(['del', 'products', ...flags, '--json'])).stdout)).toEqual({ matched: 0 })
  })

  it('--soft leaves them stale, --expired takes what is over', async () => {
    await server.send('POST', '/admin/caches/products/flush')
    await put('products', 'a', 'x', { 'Cache-Control': 'max-age=60, stale-while-revalidate=60' })
    expect(await larder(['del', 'products', '--prefix', 'a', '--soft'])).toMatchObject({ stdout: '1\n' })
    expect((await larder(['keys', 'products'])).stdout).toMatch(/ stale +0 {2}a\n$/)
    expect(await larder(['del', 'products', '--expired'])).toMatchObject({ code: 0, stdout: '1\n' })
    expect((await larder(['keys', 'products'])).stdout).toBe('')
  })

  it('with an API key that may not learn what is stored', async () => {
    const created = await server.send('POST', '/admin/keys', { body: '{"label":"w","scopes":["write"]}' })
    const env = { LARDER_API_KEY: created.json<{ secret: string }>().secret }
    expect(await larder(['del', 'list', '--tag', 'none'], { env })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('may not learn how many'),
    })
    const { stdout } = await larder(['del', 'list', '--tag', 'none', '--json'], { env })
    expect(JSON.parse(stdout)).toEqual({ matched: null })
    expect((await larder(['del', 'list', '--tag', 'none', '--dry-run'], { env })).code).toBe(4)
  })

  it.each([
    [['del', 'list'], 'del needs <key>, or one of --prefix, --glob, --tag, --filter and --expired'],
    [['del', 'list', 'in-list', '--tag', 'x'], 'del takes either a key or --tag, not both: the key is in-list'],
    [['del', 'list', '--tag', 'x', '--expired'], 'del takes either --tag or --expired, not both'],
    [['del', 'list', '--prefix', 'x', '--glob', 'y'], 'del takes either --prefix or --glob, not both'],
    [['del', 'list', 'in-list', '--filter', 'x'], 'del takes either a key or --filter, not both'],
    [['del', 'list', '--filter', 'size>x'], '--filter, at character 6'],
    [['del', 'list', 'in-list', '--soft'], '--soft works only with'],
    [['del', 'list', 'in-list', '--dry-run'], '--dry-run works only with'],
    [['del', 'list', '--soft'], 'del needs <key>'],
    [['del', 'list', '--prefix', ''], 'must be text, and not empty'],
  ])('%j is refused and deletes nothing', async (argv, message) => {
    expect(await larder(argv)).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining(message) })
    expect(keysOf((await larder(['keys', 'list'])).stdout)).toEqual(['in-list'])
  })
})
