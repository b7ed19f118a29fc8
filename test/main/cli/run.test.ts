import type { FakeLarder, Reply } from './harness'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../../src/main/cli/commands/index'
import { controlOf, controlPath, larder, startFakeLarder, trustOf } from './harness'
import { samples } from './samples'

let server: FakeLarder
beforeAll(async () => {
  server = await startFakeLarder()
})
afterAll(() => server.close())
const there = (): { files: Record<string, string> } => ({ files: controlOf(server.url) })
function problem(status: number, code: string, detail = 'Because.'): Reply {
  return { status, body: { type: `/docs#error-${code}`, title: 'T', status, code, detail } }
}

/** Returns a URL at which nobody listens, because its port was just released. */
async function deadUrl(): Promise<string> {
  const other = await startFakeLarder()
  await other.close()
  return other.url
}

describe('serve', () => {
  it.each([
    [[]],
    [['serve']],
    [['--port', '8080']],
    [['serve', '--port=8080', '--home', '/data']],
    [['--home', '/data', 'serve']],
  ])('%j', async (argv) => {
    const { code, served } = await larder(argv)
    const home = argv.includes('/data') ? '/data' : '/home/ada/.config/Larder'
    const port = argv.some(argument => argument.includes('port')) ? 8080 : 7777
    expect(code).toBe(0)
    expect(served).toEqual([expect.objectContaining({ home, port })])
  })

  it('tells every bad value and does not start', async () => {
    const { code, served, stderr } = await larder(['serve', '--port', 'abc'], { env: { LARDER_VAULT: 'x' } })
    expect(served).toEqual([])
    expect([code, stderr]).toEqual([
      64,
      'larder: --port abc: must be a port from 0 to 65535\nlarder: LARDER_VAULT=x: must be one of auto, keychain, file, env\n',
    ])
  })
})

describe('exit codes', () => {
  it.each<[Reply, number]>([
    [problem(400, 'invalid-input'), 1],
    [problem(401, 'key-invalid'), 4],
    [problem(403, 'admin-only'), 4],
    [problem(404, 'cache-not-found'), 2],
    [problem(409, 'name-taken'), 1],
    [problem(503, 'caching-off'), 1],
  ])('%j → %i', async (reply, code) => {
    server.reply(reply)
    for (const argv of [['caches', 'delete', 'x'], ['get', 'c', 'k'], ['call', 'caches.get', '{"name":"x"}']]) {
      expect(await larder(argv, there())).toMatchObject({ code, stdout: '', stderr: 'larder: Because.\n' })
      const { stdout, stderr } = await larder([...argv, '--json'], there())
      expect([stdout, JSON.parse(stderr)]).toEqual(['', reply.body])
    }
  })

  // Red: client.ts, drop `if (typeof code !== 'string')` and its line; for 200, the line of
  // `cache-status`.
  it.each<[Reply, string[]]>([
    [{ status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not found' }, ['get', 'c', 'k']],
    [{ status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not found' }, ['status']],
    [{ status: 404, body: { detail: 'Because.' } }, ['del', 'c', 'k']],
    [{ status: 401, body: { error: 'unauthorized' } }, ['caches']],
    [{ status: 403, body: '' }, ['export', 'c']],
    [{ status: 200, headers: { 'cache-status': '', 'content-type': 'text/html' }, body: '<h1>App' }, ['get', 'c', 'k']],
    [{ status: 200, headers: { 'cache-status': 'Fastly; hit' }, body: '<h1>App' }, ['get', 'c', 'k', '--json']],
  ])('a stranger\'s %j is neither a miss nor a value', async (reply, argv) => {
    server.reply(reply)
    const { code, stdout, stderr } = await larder(argv, there())
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`The server answered ${reply.status}, but not as Larder does.`)
  })

  it.each([
    [
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway' },
      1,
      'The server answered 502, but not as Larder does',
    ],
    [{ status: 302, headers: { location: 'http://evil.test/' } }, 1, 'The server answered 302'],
    [{ status: 200, body: '{"half":' }, 1, 'invalid JSON'],
    [{ status: 200, body: { not: 'a list' } }, 1, 'does not understand the answer to'],
    [{ status: 200, headers: { 'content-length': '100' }, body: 'short' }, 3, 'No answer from'],
    [{ status: 500, body: ['not', 'a', 'problem'] }, 1, 'The server answered 500'],
  ])('survives an answer that is none: %j', async (reply, code, message) => {
    server.reply(reply)
    const outcome = await larder(['caches'], there())
    expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringContaining(message)])
  })

  it('no server at all', async () => {
    expect(await larder(['caches'])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /No server is running on \/home\/ada\/\.config\/Larder\. Start one with: larder serve/,
      ),
    })
  })

  it('a control file that its server has left behind', async () => {
    const { code, stderr } = await larder(['caches'], { files: controlOf(await deadUrl()) })
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/\(ECONNREFUSED\)\. control\.json in .* is left over from a server that has ended/),
    ])
  })

  it.each(['', '{', '[]', 'null', '{"url":5,"token":"t"}', '{"url":"x","token":"t"}', '{"url":"http://a","token":"t\\r\\nX: 1"}'])('a control file that is none: %j', async (text) => {
    expect(await larder(
      ['caches'],
      { files: { [controlPath]: text } },
    )).toMatchObject({ code: 1, stderr: expect.stringContaining('is not a control file') })
  })
})

describe('wrong usage ends with 64 and asks nobody', () => {
  it.each([
    [['cachse'], 'unknown command cachse; did you mean caches?'],
    [['caches', 'crate', 'x'], 'unknown command caches crate; did you mean caches create?'],
    [['__proto__'], 'unknown command __proto__'],
    [['toString'], 'unknown command toString'],
    [['key'], 'key needs one of: print, list, create, rotate, revoke'],
    [['get'], 'get needs <cache>: the name of a cache'],
    [['get', 'default'], 'get needs <key>'],
    [['get', 'a', 'b', 'c'], 'get: unexpected argument c'],
    [['get', 'a', 'b', '--ttl', '5'], 'get has no flag --ttl 5'],
    [['set', 'a', 'b', 'c', '--tll', '5'], 'unknown flag --tll; did you mean --ttl?'],
    // Red: run.ts, drop `namesFor` of `readArguments`.
    [['get', 'a', 'b', '--frob'], 'unknown flag --frob\n'],
    [['--frob', 'caches', 'update', 'x'], 'unknown flag --frob\n'],
    [['keys', 'a', '--glop', 'x'], 'unknown flag --glop; did you mean --glob?'],
    [['set', 'a', 'b', '-5'], 'unknown flag -5 (write words that begin with a dash after --)'],
    [['caches', '--url', 'localhost:7777'], '--url localhost:7777: must be an address'],
    [['caches', '--url', 'http://u:p@a'], 'must be an address'],
    [['caches', 'create', 'x'], 'caches create needs --ttl'],
    [['set', 'a', 'b', 'c', '--ttl', '99999999999999999999'], 'must be at most'],
    [['caches', 'update', 'x'], 'needs a setting to change'],
    [['key', 'create'], 'key create needs --label'],
    [['key', 'create', '--label', 'a', '--scopes', 'read,root'], 'must be one of read, write, admin'],
    [['key', 'create', '--label', 'a', '--origins', 'http://a/'], 'must be origins such as'],
    [['switch', 'maybe'], 'must be on or off'],
    [['url', 'redis', '--cache', 'default'], '--cache default: no client can name it, as this user name means db0'],
    [['status', '--timeout', '5s'], '--timeout works only with --wait'],
    [['call'], 'call needs <operation>'],
    [['call', 'cache.list'], 'unknown operation cache.list; did you mean caches.list?'],
    [['call', 'constructor'], 'unknown operation constructor; larder call --help lists them'],
    [['call', 'caches.get', '{'], 'the input must be JSON'],
    [['call', 'caches.get', '[]'], 'the input must be a JSON object'],
    [['call', 'caches.get', '{}'], 'name: is missing'],
    [['caches', '--json', '--json'], 'given twice'],
  ])('%j', async (argv, message) => {
    server.reply({ body: [] })
    const { code, stdout, stderr } = await larder(argv, there())
    expect([
      code,
      stdout,
      argv.includes('--json') ? JSON.parse(stderr).detail : stderr,
    ]).toEqual([64, '', expect.stringContaining(message)])
    expect(server.requests).toEqual([])
  })

  it('is told in JSON under --json', async () => {
    const { stderr } = await larder(['cachse', '--json'])
    expect(JSON.parse(stderr)).toEqual({
      type: 'about:blank',
      title: 'Wrong usage',
      code: 'usage',
      detail: expect.stringContaining('cachse'),
    })
  })
})

describe('which server, and what it is shown', () => {
  const env = { LARDER_API_KEY: 'sixteen-letters!' }
  const credentials = (): (string | undefined)[] => server.requests.map(request => request.headers.authorization)

  it('an API key and --url need no control file', async () => {
    server.reply({ body: [] })
    expect((await larder(['caches', '--url', server.url], { env })).code).toBe(0)
    expect(credentials()).toEqual(['Bearer sixteen-letters!'])
  })

  it('an API key alone means the server with the same settings', async () => {
    server.reply({ body: [] })
    expect((await larder(['caches'], { env: { ...env, LARDER_PORT: new URL(server.url).port } })).code).toBe(0)
    expect(credentials()).toEqual(['Bearer sixteen-letters!'])
  })

  // S8: the control token is only for the server that wrote it. Red: connection.ts, `url.origin ===
  // control.url.origin` → `true`.
  it('the control token is not shown to another server', async () => {
    server.reply({ body: [] })
    await larder(['caches', '--url', server.url], { files: controlOf('http://127.0.0.1:1') })
    await larder(['caches', '--url', server.url], { files: controlOf('http://127.0.0.1:1'), env })
    expect(credentials()).toEqual([undefined, 'Bearer sixteen-letters!'])
  })
})

describe('status --wait', () => {
  it('waits for a server that is still starting', async () => {
    server.reply(problem(503, 'not-ready', 'Starting.'), problem(503, 'not-ready'), { body: samples.ready })
    expect((await larder(['status', '--wait'], there())).code).toBe(0)
    expect(server.requests.length).toBe(3)
  })
  it('gives up after the timeout, and says what it last saw', async () => {
    server.reply(problem(503, 'not-ready', 'Starting.'))
    expect(await larder(
      ['status', '--wait', '--timeout', '0.5s'],
      there(),
    )).toMatchObject({ code: 1, stderr: 'larder: Starting.\n' })
    expect(server.requests.length).toBeGreaterThan(1)
    expect((await larder(['status', '--wait', '--timeout', '0'])).code).toBe(3)
  })
  it('does not wait for what will not come', async () => {
    server.reply(problem(421, 'misdirected'))
    expect((await larder(['status', '--wait'], there())).code).toBe(1)
    expect(server.requests.length).toBe(1)
  })
})

// Terminal injection: data of others must not control the terminal. Red: terminal.ts, `escapeText`
// returns its argument.
describe('control characters from elsewhere are written as escapes', () => {
  const evil = 'a\x1B]0;owned\x07\x9B2J\u202Eb\nc'
  const harmless = 'a\\u{1b}]0;owned\\u{7}\\u{9b}2J\\u{202e}b\\nc'

  it('in tables', async () => {
    server.reply({ body: [{ ...samples.key, label: evil }] })
    expect((await larder(['key', 'list'], { ...there(), tty: true })).stdout).toContain(harmless)
  })
  it('in messages and errors', async () => {
    server.reply({ status: 201 })
    expect((await larder(['set', 'c', evil, 'v'], there())).stderr).toContain(harmless.slice(0, -4))
    server.reply(problem(409, 'name-taken', evil))
    // eslint-disable-next-line no-control-regex
    expect((await larder(['caches'], there())).stderr).not.toMatch(/[\x00-\x09\x0B-\x1F\x7F-\x9F\u202E]/)
  })
  it('in JSON, which stays the same JSON', async () => {
    server.reply({ body: { evil } })
    for (const flags of [[], ['--json']]) {
      const { stdout } = await larder(['call', 'settings.get', ...flags], there())
      // eslint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\x00-\x09\x0B-\x1F\x7F-\x9F\u202E]/)
      expect(JSON.parse(stdout)).toEqual({ evil })
    }
  })
})

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('terminal %s, %j → %s', async (tty, env, expected) => {
    const help = await larder(['--help'], { tty, env })
    const mistake = await larder(['x'], { tty, env })
    expect([help.stdout.includes('\x1B['), mistake.stderr.includes('\x1B[')]).toEqual([expected, expected])
  })
})

it('a reader that has gone is no error', async () => {
  server.reply({ headers: { 'content-type': 'text/plain' }, body: Buffer.alloc(1 << 20) })
  const reader = spawn('true', { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(reader, 'exit')
  expect(await larder(['get', 'c', 'k'], { ...there(), stdout: reader.stdin })).toMatchObject({ code: 0, stderr: '' })
  expect(await larder(['nonsense'], { stderr: reader.stdin })).toMatchObject({ code: 64 })
})

describe('help', () => {
  it.each([['--help'], ['-h'], ['help']])('%s', async (flag) => {
    const { code, stdout, stderr } = await larder([flag])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatchSnapshot('general')
  })
  it.each(commands.map(command => command.name))('%s --help', async (name) => {
    const { code, stdout } = await larder([...name.split(' '), '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatchSnapshot()
    expect((await larder(['help', ...name.split(' ')])).stdout).toBe(stdout)
  })
  it.each(commands.flatMap(command =>
    command.examples.map(example => [example])))('the example %s can be pasted', async (
    example,
  ) => {
    const [, line = ''] = /larder ((?:"[^"]*"|'[^']*'|[^"'|&<>)])*)/.exec(example) ?? []
    const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)].map(match =>
      match[1] ?? match[2] ?? match[3] ?? '')
    server.reply(problem(409, 'name-taken'))
    const local = {
      '/work-folder/logo.png': 'png',
      '/work-folder/prices.parquet': 'PAR1',
      '/work-folder/before-release.ndjson': '',
      '/work-folder/products.csv': '',
      '/work-folder/store.json': '',
      '/work-folder/.env': '',
      ...trustOf('/home/ada/.config/Larder', '/work-folder/.env', ''),
    }
    const isLog = words[0] === 'logs'
    const { code, served, stderr } = await larder(words, {
      files: { ...controlOf(server.url), ...local },
      input: '{}',
      // It would go on for ever.
      ...isLog && { stopSignal: () => AbortSignal.abort() },
    })
    // These ask no server.
    if (words[0] === 'trust' || words[0] === 'completion' || isLog)
      return expect([code, server.requests]).toEqual([0, []])
    expect([code, stderr]).toEqual(served.length > 0 ? [0, ''] : [1, expect.stringContaining('Because.')])
  })
  it('a flag means a value everywhere, or nowhere', () => {
    const kinds = new Map<string, boolean>()
    for (const [name, { placeholder }] of commands.flatMap(command => [...command.flags])) {
      expect(kinds.get(name) ?? (placeholder === null)).toBe(placeholder === null)
      kinds.set(name, placeholder === null)
    }
  })
})

it('--version', async () => expect(await larder(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n' }))

// Red: output.ts, `reject(error)` without `localFailure`.
it.each(['caches', '--help', 'status', 'call'])('a full disk under the output is told: %s', async (command) => {
  server.reply({ body: command === 'status' ? { status: 'ready', stores: {} } : [] })
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done(full) })
  const argv = command === 'call' ? ['call', 'caches.list'] : [command]
  expect(await larder(argv, { ...there(), stdout })).toMatchObject({
    code: 1,
    stderr: 'larder: The output could not be written: ENOSPC: no space left on device, write\n',
  })
})

describe('the help of a group', () => {
  // Red: leave `groupHelp` or `others` out of src/main/cli/run.ts.
  it.each(['caches', 'users', 'connections', 'jobs', 'key'])('larder %s --help lists its commands', async (group) => {
    const members = commands.filter(command => command.name.startsWith(`${group} `))
    for (const argv of [[group, '--help'], ['help', group]]) {
      const { code, stdout, stderr } = await larder(argv)
      expect([code, stderr]).toEqual([0, ''])
      for (const { name, summary } of members)
        expect(stdout).toMatch(new RegExp(`^  ${name}\\b.*  ${RegExp.escape(summary)}$`, 'm'))
      expect(stdout).toContain('Global flags')
    }
  })

  it('is no help for what is no group', async () => {
    expect(await larder(['nokey', '--help'])).toMatchObject({ code: 64, stdout: '' })
    expect(await larder(['key'])).toMatchObject({ code: 64, stdout: '' })
  })
})
