import type { User } from '../../../src/shared/schemas'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { larder as run } from './harness'
import { typing as type } from './typing'

let server: TestLarder
beforeAll(async () => {
  server = await startLarder()
})
afterAll(() => server.dispose())

type Surroundings = Parameters<typeof run>[1]
function larder(argv: readonly string[], more: Surroundings = {}): ReturnType<typeof run> {
  return run(['--url', server.url, ...argv], { env: { LARDER_API_KEY: ownerKey }, ...more })
}
async function find(name: string): Promise<User | undefined> {
  const all = (await server.send('GET', '/admin/users')).json<User[]>()
  return all.find(user => user.name === name)
}
async function signIn(name: string, password: string): Promise<number> {
  return (await server.sendOpen('POST', '/admin/session', { body: JSON.stringify({ name, password }) })).status
}

function typing(argv: readonly string[], lines: readonly string[]): ReturnType<typeof type> {
  return type(['--url', server.url, ...argv], lines, { env: { LARDER_API_KEY: ownerKey } })
}

describe('users create', () => {
  it.each(['from-stdin-1', 'from-stdin-1\n', 'from-stdin-1\r\nmore'])('reads the password %j', async (input) => {
    const name = `u${input.length}`
    const { code, stdout, stderr } = await larder(['users', 'create', name], { input })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(new RegExp(`^id +\\w+\nname +${name}\nowner +no\nadmin +no\n`))
    expect(await signIn(name, 'from-stdin-1')).toBe(201)
  })

  it('asks twice at a terminal and never shows what is typed', async () => {
    const { code, screen } = await typing(['users', 'create', 'typed'], ['typed-secret\r', 'typed-secret\r'])
    expect([code, screen]).toEqual([0, 'New password for typed: \nThe same again: \n'])
    expect(await signIn('typed', 'typed-secret')).toBe(201)
  })

  it.each([
    [['one-secret\r', 'another-secret\r'], 64, 'the passwords differ'],
    [['half\x03'], 1, 'Nothing was changed.'],
    [['\x04'], 1, 'Nothing was changed.'],
  ])('%j creates nobody', async (lines, exitCode, message) => {
    const { code, screen } = await typing(['users', 'create', 'nobody'], lines)
    expect([code, screen]).toEqual([exitCode, expect.stringContaining(message)])
    expect(screen).not.toMatch(/secret|half/)
    expect(await find('nobody')).toBeUndefined()
  })

  it.each([
    ['', 64, 'the password is missing'],
    ['short', 1, 'password: must be at least 8 characters'],
  ])('with the password %j creates nobody', async (input, code, message) => {
    const outcome = await larder(['users', 'create', 'nobody'], { input })
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) })
    expect(await find('nobody')).toBeUndefined()
  })
})

describe('users update', () => {
  beforeAll(async () => {
    await larder(['users', 'create', 'eve'], { input: 'first-secret' })
  })

  it.each<[string[], Partial<User>]>([
    [['--admin'], { admin: true }],
    [['--admin=0'], { admin: false }],
    [['--disabled'], { disabled: true }],
    [['--disabled=no', '--cache-limit', '7'], { disabled: false, cacheLimit: 7 }],
    [['--name', 'eva'], { name: 'eva' }],
    [['--name', 'eve'], { name: 'eve' }],
  ])('%j', async (flags, expected) => {
    const before = await find('eve') ?? await find('eva')
    const { code, stdout } = await larder(['users', 'update', before?.id ?? '', ...flags, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ ...before, ...expected })
  })

  it('--password reads or asks for one', async () => {
    expect((await larder(['users', 'update', 'eve', '--password'], { input: 'second-secret\n' })).code).toBe(0)
    expect(await signIn('eve', 'second-secret')).toBe(201)
    const lines = ['third-secret\r', 'third-secret\r']
    const { code, screen } = await typing(['users', 'update', 'eve', '--password'], lines)
    expect([code, screen]).toEqual([0, expect.not.stringContaining('third')])
    expect(await signIn('eve', 'third-secret')).toBe(201)
  })

  it.each([
    [['eve'], 64, 'users update needs something to change'],
    [['nobody', '--admin'], 2, 'There is no user nobody'],
    [['eve', '--cache-limit', '0'], 64, '--cache-limit 0: must be a whole number from 1 to'],
    [['eve', '--admin=maybe'], 64, '--admin=maybe: must be 1 or 0'],
    [['eve', '--name', ''], 64, 'must be text, and not empty'],
  ])('%j changes nothing', async (argv, code, message) => {
    const before = await find('eve')
    const outcome = await larder(['users', 'update', ...argv])
    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(message) })
    expect(await find('eve')).toEqual(before)
  })
})

describe('users delete', () => {
  it.each([
    ['y\r', true],
    ['YES\r', true],
    ['\r', false],
    ['n\r', false],
    ['\x03', false],
  ])('says what goes, and takes %j for %s', async (answer, goes) => {
    if (!await find('dora'))
      await larder(['users', 'create', 'dora'], { input: 'dora-secret' })
    const { code, screen } = await typing(['users', 'delete', 'dora'], [answer])
    expect(screen).toContain('Delete dora with 1 cache, no entries and 1 API key? [y/N] ')
    expect(screen).toContain(goes ? 'Deleted dora with' : 'Nothing was changed.')
    expect([code, await find('dora') === undefined]).toEqual([goes ? 0 : 1, goes])
  })

  it.each([[[], false], [['--yes'], true]])('asks no script, and nobody with --yes: %j', async (flags, tty) => {
    await larder(['users', 'create', 'dora'], { input: 'dora-secret' })
    const { code, stderr } = await larder(['users', 'delete', 'dora', ...flags], { tty })
    expect([code, stderr]).toEqual([0, 'Deleted dora with 1 cache, no entries and 1 API key.\n'])
  })
})
