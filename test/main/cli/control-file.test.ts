import type { FakeLarder } from './harness'
import { chmodSync, chownSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findConnection } from '../../../src/main/cli/connection'
import { readPrivateFile } from '../../../src/main/storage/private-files'
import { temporaryFolder } from '../../helpers/folder'
import { larder, startFakeLarder } from './harness'

let trap: FakeLarder
beforeAll(async () => {
  trap = await startFakeLarder()
})
afterAll(() => trap.close())

const root = process.getuid?.() === 0
if (!root)
  console.warn('Skipped: files of another user can be made by root only.')
const windows = process.platform === 'win32'

type Row = [string, (path: string) => void, string]

/**
 * Runs a command whose data folder contains this control file; `spoil` makes the file
 * untrustworthy.
 */
async function runWith(control: object, spoil: (path: string) => void = () => {}) {
  const home = temporaryFolder()
  const path = join(home, 'control.json')
  writeFileSync(path, JSON.stringify({ token: 'lc_secret', pid: 1, ...control }), { mode: 0o600 })
  spoil(path)
  trap.reply({ body: [] })
  const outcome = await larder(['caches', '--home', home], { readPrivateFile })
  return { ...outcome, path, asked: trap.requests.length }
}

// S27: a control file that somebody else may have written cannot redirect a command. Red:
// storage/ownership.ts, drop the line of the reason.
describe('a control file that is not the person\'s own', () => {
  const move = (path: string): string => {
    const elsewhere = `${path}.elsewhere`
    writeFileSync(elsewhere, JSON.stringify({ url: trap.url, token: 'lc_secret', pid: 1 }), { mode: 0o600 })
    rmSync(path)
    return elsewhere
  }
  const foreign: Row = [
    'another user\'s',
    path => chownSync(path, 4711, 4711),
    'belongs to another user (id 4711, this is 0)',
  ]
  it.skipIf(windows).each<Row>([
    ['a link', path => symlinkSync(move(path), path), 'is a link'],
    ['a link to nowhere', path => symlinkSync(`${move(path)}-not`, path), 'is a link'],
    ['a hard link', path => linkSync(move(path), path), 'has another name elsewhere'],
    ['a folder', (path) => {
      rmSync(path)
      mkdirSync(path)
    }, 'is not a file'],
    ['readable for its group', path => chmodSync(path, 0o640), 'can be read by other users'],
    ['readable for all', path => chmodSync(path, 0o604), 'can be read by other users'],
    ['writable for its group', path => chmodSync(path, 0o620), 'can be written by other users'],
    ['writable for all', path => chmodSync(path, 0o602), 'can be written by other users'],
    ...root ? [foreign] : [],
  ])('%s', async (_, spoil, reason) => {
    const { code, stdout, stderr, asked, path } = await runWith({ url: trap.url }, spoil)
    expect([code, stdout, asked]).toEqual([1, '', 0])
    expect(stderr).toContain(`larder: The control file cannot be trusted: ${path} ${reason}`)
    expect(stderr).toMatch(/^[^\n]+\n$/)
  })
})

const foreignAddresses = [
  'http://192.0.2.1:7777',
  'https://192.0.2.1',
  'http://evil.test',
  'http://localhost.evil.test',
  'http://127.0.0.1.evil.test',
  'http://0.0.0.0:7777',
  'http://[::]:7777',
  'http://[::ffff:192.0.2.1]',
  'http://128.0.0.1',
]
const noAddresses = [
  'ftp://localhost',
  'file:///etc/passwd',
  'javascript:1',
  'localhost:7777',
  'http://user:word@localhost',
  'http://localhost/?a',
  'http://localhost/#a',
  '',
]

// Red: connection.ts, `const here = …` → `const here = true`.
describe('the address in a control file', () => {
  it.each(foreignAddresses)('%s is asked only where the person names it', async (url) => {
    const { code, stderr, path } = await runWith({ url })
    const { origin } = new URL(url)
    const why = `${path} names ${origin}, which other machines may serve.`
    expect([code, stderr]).toEqual([1, `larder: ${why} If that is your server, name it with --url ${origin}\n`])
  })

  it.each(noAddresses)('%j is none', async (url) => {
    const { code, stderr, path } = await runWith({ url })
    const why = `${path} is not a control file of Larder.`
    expect([code, stderr]).toEqual([1, `larder: ${why} Restart the server, which writes it again.\n`])
  })

  it.each(['localhost', '127.0.0.1', '127.1', '0x7f000001'])('%s is this machine', async (name) => {
    expect(await runWith({ url: trap.url.replace('127.0.0.1', name) })).toMatchObject({ code: 0, asked: 1 })
  })

  it('beyond this machine gets the token by its name, and its certificate counts', () => {
    const url = new URL('https://192.0.2.1:7777')
    const readPrivateFile = (): Buffer => Buffer.from(JSON.stringify({ url, token: 'lc_secret' }))
    const defaultUrl = new URL('http://localhost')
    const files = { home: '/home', homeNamed: true, apiKey: undefined, defaultUrl, readPrivateFile }
    expect(findConnection({ ...files, url })).toMatchObject({ token: 'lc_secret', vouched: false })
    const other = new URL('https://192.0.2.2:7777')
    expect(findConnection({ ...files, url: other })).toMatchObject({ token: null, vouched: false })
  })
})

// An API key in the environment must not carry a deletion from the server that was named to
// another one. Red: connection.ts, drop `&& !homeNamed`.
describe('a data folder that is named, where no server runs', () => {
  const key = 'lc_of-another-server'
  const port = (): string => new URL(trap.url).port

  it.each([
    ['--home', ['--home', '/nobody'], {}],
    ['LARDER_HOME', [], { LARDER_HOME: '/nobody' }],
  ])('%s: no other server is asked', async (_, flags, env) => {
    trap.reply({ body: { matched: 1 } })
    const { code, stderr } = await larder(
      ['del', 'default', '--prefix', 'a', ...flags],
      { env: { LARDER_API_KEY: key, LARDER_PORT: port(), ...env } },
    )
    expect([code, trap.requests.length]).toEqual([3, 0])
    expect(stderr).toContain('larder: No server is running on /nobody.')
  })

  it('without one, the API key leads to the default address', async () => {
    trap.reply({ body: [] })
    const { code } = await larder(['caches'], { env: { LARDER_API_KEY: key, LARDER_PORT: port() } })
    expect([code, trap.requests[0]?.headers.authorization]).toEqual([0, `Bearer ${key}`])
  })

  it('--url names a server of its own', async () => {
    trap.reply({ body: [] })
    const { code } = await larder(['caches', '--home', '/nobody', '--url', trap.url], { env: { LARDER_API_KEY: key } })
    expect([code, trap.requests.length]).toEqual([0, 1])
  })
})
