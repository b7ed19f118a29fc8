import type { OperationName } from '../../../src/shared/operations'
import type { FakeLarder, Reply } from './harness'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../../src/shared/operations'
import { requestOf } from '../../../src/shared/request-of'
import { SourceInput } from '../../../src/shared/source-settings'
import { controlOf, larder, startFakeLarder } from './harness'
import { samples, secret } from './samples'

let server: FakeLarder
beforeAll(async () => {
  server = await startFakeLarder()
})
afterAll(() => server.close())

interface Row {
  argv: string[]
  replies: Reply[]
  sends: [method: string, url: string, body?: unknown][]
  prints: RegExp | string
  says?: RegExp
}
const gone: Reply = { status: 204 }
const source = SourceInput.parse({ connection: 'main', jitter: 0.2 })
const ben = { ...samples.user, id: 'u2', name: 'ben', owner: false, admin: false }
/** The replies with the list in which a user is looked up, then the given answer. */
const onBen = (answer: Reply): Reply[] => [{ body: [samples.user, { ...ben, id: 'u3', name: 'u2' }, ben] }, answer]
/** A cache whose gateway does not get its port. */
const taken = {
  ...samples.cache,
  gatewayState: { state: 'failed', url: 'http://localhost:7803', detail: 'Port 7803 is taken.' },
}
const notListening = /^The gateway of products does not listen\. Port 7803 is taken\.\n$/
const rows: Record<string, Row> = {
  'caches': {
    argv: ['caches'],
    replies: [{ body: [samples.cache, { ...samples.cache, name: 'a', ttl: null, entries: 0 }] }],
    sends: [['GET', '/admin/caches']],
    prints: /^NAME +ENTRIES +BYTES +TTL +HIT RATIO +PERSISTENT +SWITCH\nproducts +1,234,567 +98,765,432 +300 +0\.999 +yes +off\na +0 +98,765,432 +– /,
  },
  'caches create': {
    argv: ['caches', 'create', 'products', '--ttl', '5m', '--max-bytes', '64MB', '--persistent', '--enabled=0'],
    replies: [{ status: 201, body: samples.cache }],
    sends: [[
      'POST',
      '/admin/caches',
      { name: 'products', ttl: 300, maxBytes: 64_000_000, persistent: true, enabled: false },
    ]],
    prints: /^name +products\nswitch +off\n/,
  },
  'caches create without expiry': {
    argv: ['caches', 'create', 'p', '--ttl=none', '--max-entries', 'none', '--sliding'],
    replies: [{ status: 201, body: samples.cache }],
    sends: [['POST', '/admin/caches', { name: 'p', ttl: null, maxEntries: null, sliding: true }]],
    prints: /products/,
  },
  'caches update': {
    argv: ['caches', 'update', 'products', '--ttl', '2h', '--sliding=no', '--eviction', 'lru'],
    replies: [{ body: samples.cache }],
    sends: [['PATCH', '/admin/caches/products', { ttl: 7200, sliding: false, eviction: 'lru' }]],
    prints: /products/,
  },
  // Red: in src/main/cli/commands/caches.ts leave a call of `tellOfGateway` out.
  'caches with a gateway without its port': {
    argv: ['caches'],
    replies: [{ body: [samples.cache, taken] }],
    sends: [['GET', '/admin/caches']],
    prints: /^NAME/,
    says: notListening,
  },
  'caches update of a gateway without its port': {
    argv: ['caches', 'update', 'products', '--ttl', '2h'],
    replies: [{ body: taken }],
    sends: [['PATCH', '/admin/caches/products', { ttl: 7200 }]],
    prints: /^name +products/,
    says: notListening,
  },
  'caches create of a gateway without its port': {
    argv: ['caches', 'create', 'products', '--ttl', '5m'],
    replies: [{ status: 201, body: taken }],
    sends: [['POST', '/admin/caches', { name: 'products', ttl: 300 }]],
    prints: /^name +products/,
    says: notListening,
  },
  'caches rename': {
    argv: ['caches', 'rename', 'products', 'articles'],
    replies: [{ body: { ...samples.cache, name: 'articles' } }],
    sends: [['POST', '/admin/caches/products/rename', { to: 'articles' }]],
    prints: /^name +articles\n/,
  },
  'caches delete': {
    argv: ['caches', 'delete', 'products'],
    replies: [gone],
    sends: [['DELETE', '/admin/caches/products']],
    prints: '',
    says: /^Deleted products\.\n$/,
  },
  'caches on': {
    argv: ['caches', 'on', 'products'],
    replies: [{ body: samples.cache }],
    sends: [['PATCH', '/admin/caches/products', { enabled: true }]],
    prints: /products/,
  },
  'caches off': {
    argv: ['caches', 'off', '..'],
    replies: [{ body: samples.cache }],
    sends: [['PATCH', '/admin/caches/%2E%2E', { enabled: false }]],
    prints: /products/,
  },
  'switch': {
    argv: ['switch'],
    replies: [{ body: { enabled: true } }],
    sends: [['GET', '/admin/switch']],
    prints: 'on\n',
  },
  'switch off': {
    argv: ['switch', 'off'],
    replies: [{ body: { enabled: false } }],
    sends: [['PUT', '/admin/switch', { enabled: false }]],
    prints: 'off\n',
  },
  'key print': {
    argv: ['key', 'print'],
    replies: [
      {
        body: [
          { ...samples.key, id: 'new', createdAt: '2026-02-01T00:00:00.000Z' },
          { ...samples.key, id: 'old', expiresAt: '2027-01-01T00:00:00.000Z', createdAt: '2025-01-01T00:00:00.000Z' },
          samples.key,
        ],
      },
      { body: secret },
    ],
    sends: [['GET', '/admin/keys'], ['POST', '/admin/keys/k1/reveal']],
    prints: 'lk_k1_secret\n',
  },
  'key print id': {
    argv: ['key', 'print', 'k9'],
    replies: [{ body: secret }],
    sends: [['POST', '/admin/keys/k9/reveal']],
    prints: 'lk_k1_secret\n',
  },
  'url redis': {
    argv: ['url', 'redis', '--cache', 'shop'],
    replies: [{ body: samples.settings }, { body: samples.cache }, { body: [samples.key] }, { body: secret }],
    sends: [
      ['GET', '/admin/settings'],
      ['GET', '/admin/caches/shop'],
      ['GET', '/admin/keys'],
      ['POST', '/admin/keys/k1/reveal'],
    ],
    prints: 'redis://shop:lk_k1_secret@localhost:7379\n',
  },
  'clients': {
    argv: ['clients'],
    replies: [{ body: samples.clients }],
    sends: [['GET', '/admin/clients']],
    prints: /^redis +listening\n[\s\S]*\nID +LIBRARY [\s\S]*\n7 +ioredis 5\.4\.1 +– +shop [\s\S]*\nXADD +14 /,
  },
  'clients disconnect': {
    argv: ['clients', 'disconnect', '7'],
    replies: [gone],
    sends: [['DELETE', '/admin/clients/7']],
    prints: '',
    says: /^Closed the connection 7\.\n$/,
  },
  'key list': {
    argv: ['key', 'list'],
    replies: [{ body: [samples.key] }],
    sends: [['GET', '/admin/keys']],
    prints: /^ID +LABEL .*\nk1 +shop +read,write +all +– +2026-01-02T00:00:00\.000Z +–/,
  },
  'key create': { argv: ['key', 'create', '--label', 'shop', '--scopes', 'read,admin', '--caches', 'a, b', '--origins', 'http://localhost:5173'], replies: [{ status: 201, body: secret }], sends: [['POST', '/admin/keys', { label: 'shop', scopes: ['read', 'admin'], caches: ['a', 'b'], origins: ['http://localhost:5173'] }]], prints: 'lk_k1_secret\n', says: /^Created API key k1\. Read it again with: larder key print k1\n$/ },
  'key create, not kept': {
    argv: ['key', 'create', '--label', 'x'],
    replies: [{ status: 201, body: { ...secret, kept: false } }],
    sends: [['POST', '/admin/keys', { label: 'x' }]],
    prints: 'lk_k1_secret\n',
    says: /Copy it now/,
  },
  'key rotate': {
    argv: ['key', 'rotate', 'k1', '--overlap', '1h'],
    replies: [{ body: secret }],
    sends: [['POST', '/admin/keys/k1/rotate', { overlap: 3600 }]],
    prints: 'lk_k1_secret\n',
    says: /the old secret keeps working for 1 hour, any older one no longer\./,
  },
  'key revoke': {
    argv: ['key', 'revoke', 'k1'],
    replies: [gone],
    sends: [['DELETE', '/admin/keys/k1']],
    prints: '',
    says: /^Revoked API key k1\.\n$/,
  },
  'console': { argv: ['console'], replies: [{ status: 201, body: samples.code }], sends: [['POST', '/admin/session/code']], prints: 'http://localhost:7777/#c0de\n', says: /10 minutes/ },
  'flush': {
    argv: ['flush', 'products'],
    replies: [{ body: { matched: 12345 } }],
    sends: [['POST', '/admin/caches/products/flush']],
    prints: '12345\n',
  },
  'stats': {
    argv: ['stats'],
    replies: [{ body: samples.stats }],
    sends: [['GET', '/admin/stats']],
    prints: /\nmisses +1,014\n {2}absent +1,000\n[\s\S]*\nturned away by a switch +6\n[\s\S]*\nlatency p99 \(µs\) +30\.5\n/,
  },
  'diagnostics': {
    argv: ['diagnostics'],
    replies: [{ body: { text: '## Larder diagnostics\n- a\u001Bb\n' } }],
    sends: [['GET', '/admin/diagnostics']],
    prints: '## Larder diagnostics\n- a\\u{1b}b\n',
  },
  'status': {
    argv: ['status'],
    replies: [{ body: samples.ready }],
    sends: [['GET', '/readyz']],
    prints: 'status    ready\nmetadata  ok\nentries   ok\n',
  },
  // Red: in src/main/cli/commands/server.ts leave out `restoring`.
  'status, while entries come back': {
    argv: ['status'],
    replies: [{ body: { ...samples.ready, restoring: { caches: 2, progress: 0.437 } } }],
    sends: [['GET', '/readyz']],
    prints: /\nrestoring {2}2 caches, at least 43 % of their entries are back\n/,
  },
  'status, with connections': {
    argv: ['status'],
    replies: [{ body: { ...samples.ready, connections: { main: 'down: refused' } } }],
    sends: [['GET', '/readyz']],
    prints: /\nconnection main {2}down: refused\n/,
  },
  'users': {
    argv: ['users'],
    replies: [{ body: [{ ...samples.user, name: '東京' }, samples.user] }],
    sends: [['GET', '/admin/users']],
    prints: /\nu1 {2}東京 {2}yes .*\nu1 {2}Ada {3}yes /,
  },
  'users disable': {
    argv: ['users', 'disable', 'ben'],
    replies: onBen({ body: { ...ben, disabled: true } }),
    sends: [['GET', '/admin/users'], ['PATCH', '/admin/users/u2', { disabled: true }]],
    prints: 'ben is disabled. To enable the user again: larder users enable u2\n',
  },
  'users disable by id, which goes before a name': {
    argv: ['users', 'disable', 'u2'],
    replies: onBen({ body: ben }),
    sends: [['GET', '/admin/users'], ['PATCH', '/admin/users/u2', { disabled: true }]],
    prints: /^ben /,
  },
  'users enable': {
    argv: ['users', 'enable', 'ben'],
    replies: onBen({ body: ben }),
    sends: [['GET', '/admin/users'], ['PATCH', '/admin/users/u2', { disabled: false }]],
    prints: 'ben is enabled.\n',
  },
  'users limit': {
    argv: ['users', 'limit', 'ben', '500'],
    replies: onBen({ body: { ...ben, cacheLimit: 500 } }),
    sends: [['GET', '/admin/users'], ['PATCH', '/admin/users/u2', { cacheLimit: 500 }]],
    prints: 'ben may have 500 caches.\n',
  },
  'users limit to one': {
    argv: ['users', 'limit', 'ben', '1'],
    replies: onBen({ body: { ...ben, cacheLimit: 1 } }),
    sends: [['GET', '/admin/users'], ['PATCH', '/admin/users/u2', { cacheLimit: 1 }]],
    prints: 'ben may have 1 cache.\n',
  },
  'users delete': {
    argv: ['users', 'delete', 'ben'],
    replies: onBen(gone),
    sends: [['GET', '/admin/users'], ['DELETE', '/admin/users/u2']],
    prints: '',
    says: /^Deleted ben with 2 caches, 1,234,567 entries and 3 API keys\.\n$/,
  },
  'jobs': {
    argv: ['jobs'],
    replies: [{
      body: [
        { ...samples.job, state: 'running', progress: 0.256, secondsLeft: 3.4 },
        { ...samples.job, id: 'j2', kind: 'export', state: 'done', progress: 1, secondsLeft: null },
        { ...samples.job, id: 'j3', state: 'running', progress: null, secondsLeft: null },
      ],
    }],
    sends: [['GET', '/admin/jobs']],
    prints: /^ID +JOB +CACHE +ENTRIES +STATE +SECONDS LEFT +WHAT\nj1 +delete +products +1,200 +25 % +3\.4 +prefix k1\nj2 +export +products +1,200 +done +– .*\nj3 +delete .* running +– /,
  },
  'jobs cancel': {
    argv: ['jobs', 'cancel', 'j1'],
    replies: [{ body: { ...samples.job, state: 'cancelled' } }],
    sends: [['POST', '/admin/jobs/j1/cancel']],
    prints: 'Cancelled. Deleted 1,200 entries before that.\n',
  },
  'jobs cancel, too late': {
    argv: ['jobs', 'cancel', 'j1'],
    replies: [{ body: { ...samples.job, state: 'done', matched: 1 } }],
    sends: [['POST', '/admin/jobs/j1/cancel']],
    prints: 'This job had ended before: done, 1 entry.\n',
  },
  'refresh': {
    argv: ['refresh', 'products', '--listed', '--prefix', 'k'],
    replies: [
      { status: 201, body: { ...samples.job, kind: 'refresh' } },
      { body: { ...samples.job, kind: 'refresh', state: 'done', gone: 2 } },
    ],
    sends: [
      ['POST', '/admin/caches/products/refresh', { what: 'source', prefix: 'k' }],
      ['GET', '/admin/jobs/j1'],
    ],
    prints: 'Refreshed 1,200 entries; 2 are not held any more.\n',
  },
  'refresh, every so often': {
    argv: ['refresh', 'products', '--every', '5m'],
    replies: [{ body: { ...samples.cache, source } }, { body: { ...samples.cache, source } }],
    sends: [
      ['GET', '/admin/caches/products'],
      ['PATCH', '/admin/caches/products', { source: { ...source, refresh: { every: 300 } } }],
    ],
    prints: 'products is refreshed every 5m from now on.\n',
  },
  'settings, to no administrator': {
    argv: ['settings'],
    replies: [{
      body: { ...samples.settings, home: null, vault: { ...samples.settings.vault, detail: null, reason: null } },
    }],
    sends: [['GET', '/admin/settings']],
    prints: /home +–\n[\s\S]*vault +file \(ok\)\n/,
  },
  'settings': {
    argv: ['settings'],
    replies: [{ body: samples.settings }],
    sends: [['GET', '/admin/settings']],
    prints: /vault +file \(ok\) – Secrets are kept in a file\. – The keychain cannot be used: no bus\.\n/,
  },
  'call': {
    argv: ['call', 'caches.get', '{"name":"products"}'],
    replies: [{ body: { any: 'thing' } }],
    sends: [['GET', '/admin/caches/products']],
    prints: '{\n  "any": "thing"\n}\n',
  },
  'call, plain text': {
    argv: ['call', 'metrics.get'],
    replies: [{ headers: { 'content-type': 'text/plain' }, body: '# a\nb 1' }],
    sends: [['GET', '/metrics']],
    prints: '# a\nb 1\n',
  },
  'call, nothing': {
    argv: ['call', 'session.delete'],
    replies: [gone],
    sends: [['DELETE', '/admin/session']],
    prints: '',
  },
}

describe('commands', () => {
  it.each(Object.entries(rows))('%s', async (_, { argv, replies, sends, prints, says }) => {
    server.reply(...replies)
    const { code, stdout, stderr } = await larder(argv, { files: controlOf(server.url) })
    expect(stderr).toMatch(says ?? /^$/)
    if (typeof prints === 'string')
      expect(stdout).toBe(prints)
    else
      expect(stdout).toMatch(prints)
    expect(code).toBe(0)
    expect(server.requests.map(({ method, url, body }) =>
      body.length === 0 ? [method, url] : [method, url, JSON.parse(body.toString())])).toEqual(sends)
    for (const { headers, body } of server.requests) {
      expect(headers.authorization).toBe('Bearer lc_secret')
      expect(headers['content-type']).toBe(body.length === 0 ? undefined : 'application/json')
    }
  })

  it.each(Object.entries(rows)
    .filter(([name]) => !/^(?:call|url)/.test(name)))('%s --json prints JSON and nothing else', async (
    _,
    { argv, replies },
  ) => {
    server.reply(...replies)
    const { stdout, stderr, code } = await larder([...argv, '--json'], { files: controlOf(server.url) })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const last = replies.at(-1)?.body
    if (last === undefined)
      expect(stdout).toBe('')
    else
      expect(JSON.parse(stdout)).toEqual(last)
  })

  it.each([
    ['of somebody else', samples.user, 'API keys have ended too'],
    ['of oneself', ben, 'your API keys go on working'],
  ])('users reset-password makes a password %s and prints it', async (_, user, keys) => {
    const me = { user, credential: 'control', scopes: ['read', 'write', 'admin'], caches: null }
    server.reply(...onBen({ body: ben }), { body: me })
    const { code, stdout, stderr } = await larder(['users', 'reset-password', 'ben'], { files: controlOf(server.url) })
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\w{22,}\n$/)])
    expect(stderr).toBe(`ben can change it in the console. Sessions and sign-in links have ended; ${keys}.\n`)
    const sent = server.requests.at(1)
    expect([
      sent?.method,
      sent?.url,
      JSON.parse(String(sent?.body)),
    ]).toEqual(['PATCH', '/admin/users/u2', { password: stdout.trim() }])
  })

  it.each([
    ['an unknown user', ['users', 'delete', 'eve'], 2, /There is no user eve/],
    ['no user', ['users', 'delete'], 64, /users delete needs <user>/],
    ['no number', ['users', 'limit', 'ben', 'many'], 64, /caches must be a whole number from 1 to 10,000/],
  ])('users refuses %s', async (_, argv, exitCode, says) => {
    server.reply(...onBen({ status: 500 }))
    const { code, stderr } = await larder(argv, { files: controlOf(server.url) })
    expect(stderr).toMatch(says)
    expect(code).toBe(exitCode)
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it('says on a command line where an API key is set', async () => {
    const detail = 'Send an API key in the Api-Key header, or as Authorization: Bearer …'
    const problem = {
      type: '/docs#error-key-missing',
      title: 'API key missing',
      status: 401,
      code: 'key-missing',
      detail,
    }
    server.reply({ status: 401, headers: { 'content-type': 'application/problem+json' }, body: problem })
    const { code, stderr } = await larder(['stats', '--url', server.url])
    expect([code, stderr]).toEqual([4, 'larder: This server asks for an API key. Set the variable LARDER_API_KEY.\n'])
  })

  // S20. Red when src/main/cli/commands/console.ts passes `link.url` to `openPage`.
  it('console --open hands the system a page in the data folder, and the link to nobody but the person', async () => {
    server.reply({ status: 201, body: samples.page })
    const { code, stdout, opened } = await larder(['console', '--open'], { files: controlOf(server.url) })
    expect([code, stdout, opened]).toEqual([0, `${samples.page.url}\n`, [samples.page.path]])
    expect(server.requests.map(({ method, url }) => [method, url])).toEqual([['POST', '/admin/session/page']])
  })

  // S27. Red when the check of `dirname(path)` in src/main/cli/commands/console.ts is removed.
  it.each(['/etc/passwd', '/home/ada/.config/Larder/evil.desktop', '/home/ada/.config/Larder/sign-in/../../evil.html', 'http://evil.example/', ''])('console --open opens no %s that a server names', async (path) => {
    server.reply({ status: 201, body: { ...samples.page, path } })
    const { code, stderr, opened } = await larder(['console', '--open'], { files: controlOf(server.url) })
    expect([code, opened]).toEqual([1, []])
    expect(stderr).toMatch(/--open works only for the server of this data folder/)
  })

  it('console --open says so when nothing opens files, and has printed the link', async () => {
    server.reply({ status: 201, body: samples.page })
    const opener = async (): Promise<void> => {
      throw new Error('spawn xdg-open ENOENT')
    }
    const { code, stdout, stderr } = await larder(['console', '--open'], { files: controlOf(server.url), opener })
    expect([code, stdout]).toEqual([1, `${samples.page.url}\n`])
    expect(stderr).toMatch(/could not be opened: spawn xdg-open ENOENT\. Open the link yourself\./)
  })

  it.each(Object.keys(operations) as OperationName[])('call runs %s', async (name) => {
    const input = { name: 'products', id: 'k1', more: 1 }
    server.reply({ body: {} })
    const { code } = await larder(['call', name, '-'], { files: controlOf(server.url), input: JSON.stringify(input) })
    const { method, path, query, body } = requestOf(name, input as never)
    expect(code).toBe(0)
    expect(server.requests.map(request =>
      [request.method, request.url, request.body.toString()])).toEqual([[method, path + query, body ?? '']])
  })

  it('does not send __proto__ anywhere but to the server', async () => {
    server.reply({ body: {} })
    await larder(['call', 'settings.update', '{"__proto__":{"polluted":true}}'], { files: controlOf(server.url) })
    expect(server.requests[0]?.body.toString()).toBe('{"__proto__":{"polluted":true}}')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
