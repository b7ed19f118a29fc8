import type { Configuration } from '../../../src/main/base/configuration'
import type { Option } from '../../../src/main/cli/options'
import type { FakeLarder } from './harness'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dotenvRule, options } from '../../../src/main/cli/options'
import { controlOf, larder, startFakeLarder, trustOf } from './harness'

const home = '/home/ada/.config/Larder'
const file = '/work-folder/.env'
const harmless = [
  'LARDER_PORT',
  'LARDER_REDIS_PORT',
  'LARDER_REDIS_OFF',
  'LARDER_MEMORY',
  'LARDER_IN_FLIGHT',
  'LARDER_HEADLESS',
]

/** The text in a hostile file; `others` contains what the value needs to be valid at all. */
interface Row { text: string, set: (value: never) => boolean, others?: string, refused?: true }
const rows: Record<keyof typeof options, Row> = {
  home: { text: '/work-folder/data', set: ({ home }: { home: string }) => home === '/work-folder/data' },
  port: { text: '4711', set: ({ port }: { port: number }) => port === 4711 },
  redisPort: { text: '4712', set: ({ redis }: Pick<Configuration, 'redis'>) => redis?.port === 4712 },
  redisSocket: {
    text: '/evil.sock',
    set: ({ redis }: Pick<Configuration, 'redis'>) => redis?.socket !== undefined,
  },
  redisOff: { text: 'hang', set: ({ redisOff }: Pick<Configuration, 'redisOff'>) => redisOff === 'hang' },
  host: { text: '127.6.6.6', set: ({ host }: { host: string }) => host === '127.6.6.6' },
  allowedHosts: {
    text: 'evil.test',
    set: ({ allowedHosts }: { allowedHosts: string[] }) => allowedHosts[0] === 'evil.test',
  },
  tlsCertificate: {
    text: 'evil.pem',
    set: ({ tls }: { tls: unknown }) => tls !== null,
    others: 'LARDER_TLS_KEY=evil.pem',
  },
  tlsKey: { text: 'evil.pem', set: ({ tls }: { tls: unknown }) => tls !== null, others: 'LARDER_TLS_CERT=evil.pem' },
  allowPlaintext: { text: '1', set: ({ allowPlaintext }: { allowPlaintext: boolean }) => allowPlaintext },
  apiKey: { text: 'canary-canary-canary', set: ({ apiKey }: { apiKey: string }) => apiKey === 'canary-canary-canary' },
  vault: { text: 'env', set: ({ vault }: { vault: string }) => vault === 'env' },
  memory: { text: '3MiB', set: ({ memory }: { memory: number }) => memory === 3 * 2 ** 20 },
  inFlight: { text: '3MB', set: ({ inFlight }: { inFlight: number }) => inFlight === 3e6 },
  seed: { text: 'evil.ndjson', set: ({ seed }: { seed: string | null }) => seed !== null },
  headless: { text: '1', set: ({ headless }: { headless: boolean }) => headless },
}
const table = (Object.keys(rows) as (keyof typeof rows)[]).map((name) => {
  const option: Option = options[name]
  const { text, set, others = '', refused = false } = rows[name]
  const dotenv = `${option.variable}=${text}\n${others}\n`
  return { ...option, text, set: set as (value: unknown) => boolean, others, refused, dotenv }
})

let server: FakeLarder
let trap: FakeLarder
beforeAll(async () => {
  server = await startFakeLarder()
  trap = await startFakeLarder()
})
afterAll(async () => {
  await server.close()
  await trap.close()
})

/** Returns the variables that stderr reports as ignored. None of the file's values may be in it. */
function ignored(stderr: string, reason: string): string[] {
  const lines = stderr.split('\n').filter(line => line.includes('is ignored'))
  for (const line of lines)
    expect(line).toBe(`larder: ${line.split(' ')[1]} in ${file} is ignored: ${reason}`)
  return lines.map(line => line.split(' ')[1] ?? '').sort()
}

// S27: a cloned folder decides nothing important. Red: options.ts, add `harmless: true` to `home`
// (or to any other option without it).
it('six options are harmless, and every place says the same six', () => {
  expect(Object.values<Option>(options)
    .filter(option => option.harmless)
    .map(({ variable }) => variable)).toEqual(harmless)
  const names = 'LARDER_PORT, LARDER_REDIS_PORT, LARDER_REDIS_OFF, LARDER_MEMORY, LARDER_IN_FLIGHT and LARDER_HEADLESS'
  expect(dotenvRule).toContain(`A .env may set ${names}; `)
})

describe('serve', () => {
  const untrusted = 'you have not trusted this file. To trust it: larder trust'
  const changed = 'the file has changed since you trusted it. To trust it again: larder trust'
  const pem = { '/work-folder/evil.pem': 'PEM' }

  // Red: configuration.ts, `doubt === null || option.harmless` → `true`.
  describe.each([
    ['that nobody has trusted', {}, untrusted],
    ['that was trusted with another content', trustOf(home, file, 'LARDER_PORT=1'), changed],
    ['whose copy elsewhere was trusted', trustOf(home, '/elsewhere/.env', ''), untrusted],
    ['that trusts itself in the folder it names', trustOf('/work-folder/data', file, ''), untrusted],
  ])('a .env %s', (_, trusted, reason) => {
    it.each(table)('$variable', async ({ variable, dotenv, set, others, text }) => {
      const { code, served, stderr } = await larder(['serve'], { files: { [file]: dotenv, ...trusted, ...pem } })
      const named = [variable, ...others === '' ? [] : [others.replace(/=.*/, '')]].sort()
      expect([code, served.length]).toEqual([0, 1])
      expect(set(served[0])).toBe(harmless.includes(variable))
      expect(ignored(stderr, reason)).toEqual(harmless.includes(variable) ? [] : named)
      expect(stderr).not.toContain(`=${text}`)
      expect(stderr).not.toContain('canary')
    })
  })

  // Red: trust.ts, `digest === file.digest` → `digest !== file.digest`.
  it.each(table)('a .env that was trusted sets $variable', async ({ variable, dotenv, set, refused }) => {
    const files = { [file]: dotenv, ...trustOf(home, file, dotenv), ...pem }
    const { code, served, stderr } = await larder(['serve'], { files })
    expect(ignored(stderr, '')).toEqual([])
    if (refused)
      return expect([code, stderr]).toEqual([64, expect.stringContaining(`${variable}=evil.json in ${file}`)])
    expect([code, stderr, set(served[0])]).toEqual([0, '', true])
  })

  it.each([
    '{',
    '{"version":2,"files":{}}',
    '{"version":1,"files":{"/work-folder/.env":1}}',
    'null',
  ])('does not start by a list of trusted files that is none: %s', async (text) => {
    const files = { [file]: 'LARDER_HOST=::', [`${home}/trusted.json`]: text }
    const { code, served, stderr } = await larder(['serve'], { files })
    const why = `${home}/trusted.json does not hold trusted files of version 1; move it away, and run larder trust again`
    expect([code, served, stderr]).toEqual([1, [], `larder: The list of trusted files cannot be used: ${why}\n`])
  })

  // Red: configuration.ts, `flags.has('home')` → `false`.
  it('names --home where larder trust needs it too', async () => {
    const { stderr } = await larder(['serve', '--home', '/data'], { files: { [file]: 'LARDER_HOST=::' } })
    expect(stderr).toBe(`larder: LARDER_HOST in ${file} is ignored: ${untrusted}, with the same --home\n`)
  })

  it('says a strange folder name as it is, in one line without control characters', async () => {
    const { stderr } = await larder(['serve'], { cwd: '/a\n\x1B[2J', files: { '/a\n\x1B[2J/.env': 'LARDER_HOME=x' } })
    expect(stderr).toBe(`larder: LARDER_HOME in /a\\n\\u{1b}[2J/.env is ignored: ${untrusted}\n`)
  })
})

// S27: a command goes where flags and environment say. Red: run.ts, `createLookup(flags, sources)`
// → `createServerLookup(flags, sources)`.
describe('a command reads no .env, trusted or not, and says nothing about it', () => {
  const hostileControl = (): Record<string, string> =>
    ({ '/work-folder/data/control.json': JSON.stringify({ url: trap.url, token: 't', pid: 1 }) })
  const everything = table.map(({ dotenv }) => dotenv).join('')
  it.each([
    ['untrusted', {}],
    ['trusted', trustOf(home, file, everything)],
    ['a device', undefined],
  ])('%s', async (_, trusted) => {
    const files = { ...controlOf(server.url), [file]: everything, ...hostileControl(), ...trusted }
    for (const argv of [['caches'], ['get', 'c', 'k'], ['set', 'c', 'k', 'v'], ['status'], ['key', 'print', 'k1']]) {
      server.reply({ status: 503, body: {} })
      const { stderr } = await larder(argv, { files, readSmallFile: trusted ? undefined : () => expect.unreachable() })
      expect(stderr).not.toContain('.env')
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer lc_secret'])
    }
    expect(trap.requests).toEqual([])
  })

  it.each(table)('$variable finds no server where there is none', async ({ dotenv }) => {
    const files = { [file]: `${dotenv}LARDER_API_KEY=canary-canary-canary`, ...hostileControl() }
    const { code, stderr } = await larder(['caches'], { files })
    expect([code, stderr]).toEqual([3, expect.stringContaining(`No server is running on ${home}.`)])
    expect(trap.requests).toEqual([])
  })
})

describe('larder trust', () => {
  const dotenv = 'LARDER_HOST=::1\nLARDER_API_KEY=canary-canary-canary\n'

  it('trusts the file of the working directory, and what it has written counts', async () => {
    const { code, stdout, stderr, written } = await larder(['trust'], { files: { [file]: dotenv } })
    const said = `${file} is trusted until it changes; it sets LARDER_HOST, LARDER_API_KEY.\n`
    expect([code, stdout, stderr]).toEqual([0, '', said])
    expect(Object.keys(written)).toEqual([`${home}/trusted.json`])
    const after = await larder(['serve'], { files: { [file]: dotenv, ...written } })
    expect([after.served[0]?.host, after.stderr]).toEqual(['::1', ''])
    const later = await larder(['serve'], { files: { [file]: `${dotenv}#`, ...written } })
    expect(later.served[0]?.host).toBe(null)
    expect(later.stderr).toContain('has changed since you trusted it')
  })

  it('remembers it in the folder that flags and environment name, whatever the file says', async () => {
    for (const [argv, env] of [[['trust', '--home', '/mine'], {}], [['trust'], { LARDER_HOME: '/mine' }]] as const) {
      const { written } = await larder(argv, { env, files: { [file]: 'LARDER_HOME=/theirs' } })
      expect(Object.keys(written)).toEqual(['/mine/trusted.json'])
    }
  })

  it('lists what is trusted', async () => {
    const one = JSON.parse(trustOf(home, file, dotenv)[`${home}/trusted.json`] ?? '') as { files: object }
    const trusted = JSON.stringify({ version: 1, files: { ...one.files, '/b/.env': 'then', '/c/.env': '' } })
    const files = { [file]: dotenv, '/b/.env': 'now', [`${home}/trusted.json`]: trusted }
    const { stdout } = await larder(['trust', '--list'], { files })
    expect(stdout.split('\n').map(line => line.split(/ +/))).toEqual([
      ['FILE', 'STATE'],
      ['/b/.env', 'changed'],
      ['/c/.env', 'missing'],
      [file, 'trusted'],
      [''],
    ])
    const asJson = await larder(['trust', '--list', '--json'], { files })
    expect(JSON.parse(asJson.stdout)).toContainEqual({ path: file, state: 'trusted' })
  })

  it('takes trust back, also where the file is gone', async () => {
    const files = trustOf(home, file, dotenv)
    const { code, written, stderr } = await larder(['trust', '/work-folder', '--remove'], { files })
    expect([code, stderr]).toEqual([0, `${file} is no longer trusted.\n`])
    expect(JSON.parse(written[`${home}/trusted.json`] ?? '')).toEqual({ version: 1, files: {} })
  })

  it.each([
    [['trust'], 2, 'There is no .env in /work-folder.'],
    [['trust', 'other'], 2, 'There is no .env in /work-folder/other.'],
    [['trust', '--remove'], 2, `${file} is not trusted; larder trust --list shows the trusted files`],
    [['trust', '--remove', '--list'], 64, 'trust takes either --remove or --list'],
  ])('%j', async (argv, code, message) => {
    expect(await larder(argv)).toMatchObject({ code, stderr: `larder: ${message}\n`, written: {} })
  })
})
