import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBlackHole } from '../../helpers/black-hole'
import { temporaryFolder } from '../../helpers/folder'
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
  return run(['--url', server.url, 'connections', ...argv], { env: { LARDER_API_KEY: ownerKey }, ...more })
}
async function read(name: string): Promise<object> {
  return (await server.send('GET', `/admin/connections/${name}`)).json()
}

describe('connections', () => {
  it('creates from an address, whose scheme says the driver, and reads the password from standard input', async () => {
    const words = ['create', 'main', 'redis://db.invalid', '--user', 'ada', '--password']
    const { code, stdout, stderr } = await larder(words, { input: 'canary-pw\r\nmore' })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe([
      'name               main',
      'driver             redis',
      'url                redis://db.invalid:6379',
      'mode               –',
      'further nodes      –',
      'master name        –',
      'user               ada',
      'password           set',
      'sentinel password  –',
      'ca                 –',
      'offered            no',
      'state              idle',
      '',
    ].join('\n'))
    expect(await read('main')).toMatchObject({ user: 'ada', password: { set: true } })
  })

  it('takes all hosts of several servers from an address, or from flags', async () => {
    const address = 'redis+sentinel://s1.invalid,s2.invalid/shop'
    expect(await larder(['create', 'watched', address])).toMatchObject({ code: 0 })
    const nodes = ['s2.invalid']
    const url = 'redis://s1.invalid:26379'
    expect(await read('watched')).toMatchObject({ url, mode: 'sentinel', nodes, masterName: 'shop' })
    const words = ['--mode', 'cluster', '--nodes', 'b.invalid,c.invalid', '--master-name', 'none']
    expect(await larder(['set', 'watched', ...words])).toMatchObject({ code: 0 })
    const others = ['b.invalid', 'c.invalid']
    expect(await read('watched')).toMatchObject({ mode: 'cluster', nodes: others, masterName: null })
    // Red: in src/main/cli/commands/connection-flags.ts compare `value` itself with none.
    expect(await larder(['set', 'watched', '--mode', 'standalone', '--nodes', 'none'])).toMatchObject({ code: 0 })
    expect(await read('watched')).toMatchObject({ mode: 'standalone', nodes: null })
  })

  it('asks for it at a terminal, and never shows it', async () => {
    const argv = ['--url', server.url, 'connections', 'create', 'typed', 'redis://db.invalid', '--password']
    const { code, screen } = await type(argv, ['canary-typed\r'], { env: { LARDER_API_KEY: ownerKey } })
    expect([code, screen]).toEqual([0, 'Password: \n'])
    expect(await read('typed')).toMatchObject({ password: { set: true } })
  })

  it('changes fields, and takes away what need not be there', async () => {
    expect(await larder(['set', 'main', '--user', 'none', '--password=0'])).toMatchObject({ code: 0, stderr: '' })
    expect(await read('main')).toMatchObject({ user: null, password: { set: false }, url: 'redis://db.invalid:6379' })
    expect(await larder(['set', 'main', 'redis://other.invalid:7000/2'])).toMatchObject({ code: 0 })
    expect(await read('main')).toMatchObject({ url: 'redis://other.invalid:7000/2' })
  })

  it('tests what is saved, and what is not', async () => {
    const folder = temporaryFolder()
    expect(await larder(['test', 'new', `file:${folder}`, '--write'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Folder answers, after [\d.]+ ms\.\n$/),
    })
    const hole = await startBlackHole(() => '-NOAUTH Authentication required.\r\n')
    try {
      expect(await larder(['test', 'new', `redis://127.0.0.1:${hole.port}`])).toMatchObject({
        code: 1,
        stdout: 'Failed to authenticate: The server wants a password.\n',
      })
    }
    finally {
      await hole.dispose()
    }
    expect(await larder(['list'])).toMatchObject({ code: 64 })
  })

  it('lists and deletes', async () => {
    expect(await larder(['create', 'tryout', '--driver', 'file', '--folder', 'values'])).toMatchObject({ code: 0 })
    const { stdout } = await larder([])
    expect(stdout).toMatch(/^NAME +DRIVER +TO +STATE +USED BY +LOADS +FAILED +P50 +P99 +SERVER +FROM +OFFERED\n/)
    expect(stdout).toMatch(/^tryout +file +\/work-folder\/values +idle +– +0 +0 +– +– +– +data folder +no$/m)
    const source = JSON.stringify({ connection: 'tryout' })
    const caches = ['--url', server.url, 'caches']
    await run([...caches, 'create', 'tried', '--ttl', '60', '--source', source], { env: { LARDER_API_KEY: ownerKey } })
    expect((await larder([])).stdout).toMatch(/^tryout +file .*idle +tried +0 +0 +–/m)
    expect(await larder(['delete', 'tryout'])).toMatchObject({
      code: 1,
      stderr: 'larder: tryout cannot be deleted, because tried uses it. Give it another connection, or none, first.\n',
    })
    await run([...caches, 'update', 'tried', '--source', 'none'], { env: { LARDER_API_KEY: ownerKey } })
    expect(await larder(['delete', 'tryout'])).toMatchObject({ code: 0, stderr: 'Deleted tryout.\n' })
    expect(await larder(['delete', 'tryout'])).toMatchObject({
      code: 2,
      stderr: 'larder: There is no connection tryout.\n',
    })
  })

  it.each<[string[], number, RegExp]>([
    [['create', 'x'], 64, /needs an address such as redis:\/\/localhost:6379, or --driver/],
    [['create', 'x', 'nonsense'], 64, /the address must be a URL that begins with redis:, rediss:, unix:, redis\+cluster:, rediss\+cluster:, redis\+sentinel:, rediss\+sentinel:, memcached:, mongodb:, mongodb\+srv:, dynamodb:, dynamodb\+http:, dynamodb\+https:, http:, https:, file:/],
    [['create', 'x', 'redis://:canary-pw@db.invalid'], 64, /leave the password out of the address/],
    [['create', 'x', 'redis://'], 1, /Redis needs a URL such as redis:\/\/localhost:6379\./],
    [['create', 'x', '--driver', 'oracle'], 64, /must be one of redis, memcached, mongodb, dynamodb, http, file/],
    [['create', 'x', 'redis://db.invalid', '--folder', '/a'], 1, /folder: unknown field/],
    [['create', 'x', 'redis://db.invalid', '--ca', '/none'], 64, /the file of the CA cannot be read/],
    [['create', 'x', 'redis://db.invalid', '--password'], 64, /the password is missing/],
    [['set', 'main'], 64, /needs something to change/],
    [['set', 'typed', 'redis://elsewhere.invalid'], 1, /password: must be given again: it was saved for redis:\/\/db\.invalid:6379/],
  ])('%j fails with %i', async (words, exitCode, says) => {
    const { code, stdout, stderr } = await larder(words)
    expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringMatching(says)])
    expect(stderr).not.toContain('canary')
  })

  // Red: in src/main/cli/commands/connections.ts leave `offered` out of the input.
  it('offers one to all users, who see its name, and takes the offer back', async () => {
    const isOffered = async (): Promise<unknown> => (await read('shared') as { offered?: boolean }).offered
    expect((await larder(['create', 'shared', 'redis://db.invalid', '--offered'])).stdout).toMatch(/^offered +yes$/m)
    expect(await isOffered()).toBe(true)
    const body = JSON.stringify({ name: 'ben', password: 'correct horse battery' })
    await server.send('POST', '/admin/users', { body })
    const session = (await server.sendOpen('POST', '/admin/session', { body })).json<{ token: string }>()
    const ben = { env: { LARDER_API_KEY: session.token } }
    expect(await larder([], ben)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^NAME +DRIVER +STATE\nshared +redis +idle\n$/),
    })
    expect(await larder(['delete', 'shared'], ben)).toMatchObject({ code: 4 })
    expect(await larder(['set', 'shared', '--no-offered'])).toMatchObject({ code: 0 })
    expect(await isOffered()).toBe(false)
    expect((await larder([], ben)).stdout).not.toContain('shared')
    expect(await larder(['set', 'shared', '--offered'])).toMatchObject({ code: 0 })
    expect(await isOffered()).toBe(true)
    expect(await larder(['set', 'shared', '--offered', '--no-offered'])).toMatchObject({ code: 64 })
    await larder(['delete', 'shared'])
  })

  it('completes the names', async () => {
    const outcome = await run(
      ['__complete', '--url', server.url, 'connections', 'delete', 't'],
      { env: { LARDER_API_KEY: ownerKey } },
    )
    expect(outcome.stdout).toBe('typed\n')
  })
})
