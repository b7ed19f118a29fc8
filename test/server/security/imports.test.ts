import type { TestLarder } from '../../helpers/start-larder'
import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { startLarder } from '../../helpers/start-larder'
import { asJson, manage, saveSnapshot } from './support'

/**
 * S21: no path of a caller, and no link in the data folder, leads a snapshot, an import or a seed
 * to anything outside.
 */
let larder: TestLarder
/** The folder of the owner's snapshots. */
let folder: string
/** A folder elsewhere, which nothing may read or change. */
let outside: string
const secret = '{"larder":"snapshot","schema":1,"caches":{"stolen":{"ttl":1}}}\n'

beforeAll(async () => {
  larder = await startLarder()
  await saveSnapshot(larder, 'first')
  folder = join(larder.home, 'snapshots', readdirSync(join(larder.home, 'snapshots'))[0] ?? '')
})
beforeEach(() => {
  outside = temporaryFolder()
  writeFileSync(join(outside, 'secret.ndjson'), secret, { mode: 0o600 })
})
afterAll(() => larder.dispose())

const untouched = (): unknown => [readdirSync(outside), readFileSync(join(outside, 'secret.ndjson'), 'utf8')]
const asItWas = [['secret.ndjson'], secret]
async function names(): Promise<string[]> {
  return (await manage<{ name: string }[]>(larder, 'GET', '/admin/snapshots')).map(({ name }) => name)
}

function hostile(): string[] {
  return [
    '../secret',
    '..',
    '.',
    '../../etc/passwd',
    '..\\..\\secret',
    join(outside, 'secret'),
    'C:\\Windows\\win.ini',
    '\\\\host\\share\\secret',
    '//host/share/secret',
    'secret\0',
    'secret.ndjson\0.png',
    'file:///etc/passwd',
    'a/b',
    '~',
    '%2e%2e',
    'con',
    'NUL.txt',
    'COM1',
    'a:stream',
    ' ',
    '',
  ]
}

async function post(path: string, body: object): Promise<{ status: number, code: string }> {
  const answer = await larder.send('POST', path, { headers: asJson, body: JSON.stringify(body) })
  return { status: answer.status, code: answer.json<{ code: string }>().code as string }
}

describe('s21 names that are paths', () => {
  // Red: in src/shared/snapshots.ts let `SnapshotName` be any string.
  it('are refused wherever a snapshot is named', async () => {
    for (const name of hostile()) {
      const refused = { status: 400, code: 'invalid-input' }
      expect(await post('/admin/snapshots', { name }), name).toEqual(refused)
      expect(await post('/admin/snapshots', { name, replace: true }), name).toEqual(refused)
      expect(await post('/admin/snapshots/diff', { a: name, b: 'first' }), name).toEqual(refused)
      expect(await post('/admin/snapshots/diff', { a: 'first', b: name }), name).toEqual(refused)
      for (const [method, rest] of [['DELETE', ''], ['GET', '/file'], ['POST', '/load']] as const) {
        const path = `/admin/snapshots/${encodeURIComponent(name)}${rest}`
        const { status } = await larder.send(method, path, { headers: asJson })
        expect([name, method, [400, 404, 405].includes(status)]).toEqual([name, method, true])
      }
    }
    expect([await names(), untouched()]).toEqual([['first'], asItWas])
  })

  // Red: in src/shared/transfer.ts let the names of caches be any string.
  it('are refused as names of caches in a file', async () => {
    for (const name of hostile().filter(name => !/^(?:con|nul\.txt|com1)$/i.test(name))) {
      const caches = JSON.parse(`{${JSON.stringify(name)}:{"ttl":1}}`) as object
      const text = `${JSON.stringify({ larder: 'snapshot', schema: 1, caches })}\n`
      const { id } = await manage<{ id: string }>(larder, 'POST', '/admin/imports', { format: 'snapshot' })
      await manage(larder, 'POST', `/admin/imports/${id}/parts`, { at: 0, text })
      expect(await post(`/admin/imports/${id}/start`, {}), name).toEqual({ status: 422, code: 'bad-file' })
    }
    expect(await manage<object[]>(larder, 'GET', '/admin/caches')).toHaveLength(1)
  })
})

describe.skipIf(process.platform === 'win32')('s21 links in the data folder', () => {
  const path = (): string => join(folder, 'evil.ndjson')
  beforeEach(() => () => rmSync(path(), { recursive: true, force: true }))

  async function expectNothing(): Promise<void> {
    expect(await names()).toEqual(['first'])
    for (const [method, rest] of [['GET', '/file'], ['POST', '/load'], ['DELETE', '']] as const)
      expect((await larder.send(method, `/admin/snapshots/evil${rest}`, { headers: asJson })).status).toBe(404)
    expect(untouched()).toEqual(asItWas)
  }

  // Red: in src/main/storage/snapshot-files.ts use `statSync` in `list`.
  it.each([
    ['a link to a file', () => symlinkSync(join(outside, 'secret.ndjson'), path())],
    ['a link to nothing', () => symlinkSync(join(outside, 'nothing'), path())],
    ['a link to a device', () => symlinkSync('/dev/zero', path())],
    ['a folder', () => mkdirSync(path())],
    ['a pipe', () => execFileSync('mkfifo', [path()])],
  ])('%s is no snapshot', async (_, make) => {
    make()
    await expectNothing()
  })

  it('a link gives way to a snapshot of its name, and what it leads to stays', async () => {
    symlinkSync(join(outside, 'secret.ndjson'), path())
    await saveSnapshot(larder, 'evil')
    expect(untouched()).toEqual(asItWas)
    await manage(larder, 'DELETE', '/admin/snapshots/evil')
  })

  // Red: in src/main/storage/snapshot-files.ts open with `openSync` instead of `openOwnFile`.
  it('a hard link is not read', async () => {
    linkSync(join(outside, 'secret.ndjson'), path())
    expect(await post('/admin/snapshots/evil/load', {})).toEqual({ status: 422, code: 'bad-file' })
    const [told] = await manage<{ name: string, caches: string[], fault: string }[]>(larder, 'GET', '/admin/snapshots')
    expect(told).toMatchObject({ name: 'evil', caches: [], fault: 'The file of this snapshot cannot be read safely.' })
  })

  // Red: in src/main/storage/snapshot-files.ts leave out a call of `ensurePrivateFolder`, or look
  // into folders with `statSync`.
  it.each(['snapshots', 'snapshots/user'])('a link in place of the folder %s is not followed', async (place) => {
    const home = temporaryFolder()
    const first = await startLarder({ home })
    await saveSnapshot(first, 'first')
    const [user = ''] = readdirSync(join(home, 'snapshots'))
    await first.stop()
    const linked = join(home, place.replace('user', user))
    rmSync(linked, { recursive: true })
    // What an earlier run has left unfinished is removed at a start, but not there.
    const left = join(outside, ...place === 'snapshots' ? [user] : [])
    mkdirSync(left, { recursive: true })
    writeFileSync(join(left, 'left.tmp'), 'theirs')
    symlinkSync(outside, linked)
    const second = await startLarder({ home })
    expect(await manage(second, 'GET', '/admin/snapshots')).toEqual([])
    const answer = await second.send('POST', '/admin/snapshots', { headers: asJson, body: '{"name":"second"}' })
    expect([answer.status, readdirSync(left)]).toEqual([507, expect.arrayContaining(['left.tmp'])])
    expect(readdirSync(outside)).not.toContain('second.ndjson')
    await second.dispose()
  })
})

describe('s21 a seed', () => {
  // Red: in src/main/storage/open-readable.ts leave out `isFile`, or `noWaiting`.
  it.each([
    ['a folder', (at: string) => mkdirSync(at), 'it is a folder'],
    ['a pipe', (at: string) => execFileSync('mkfifo', [at]), 'it is not a file'],
    ['a link to a device', (at: string) => symlinkSync('/dev/zero', at), 'it is not a file'],
    ['nothing', () => {}, 'there is no such file'],
  ])('that is %s ends the start with a sentence', async (_, make, reason) => {
    const seed = join(outside, 'seed.ndjson')
    make(seed)
    await expect(startLarder({ seed })).rejects.toThrow(`The seed ${seed} cannot be read: ${reason}.`)
  })
})

// Red: in src/main/admin/uploads.ts leave out the look at `userId`.
it('nobody reaches the file that somebody else sends', async () => {
  const { id } = await manage<{ id: string }>(larder, 'POST', '/admin/imports', { format: 'snapshot' })
  const password = 'correct horse battery'
  await manage(larder, 'POST', '/admin/users', { name: 'mallory', password })
  const { token } = await manage<{ token: string }>(larder, 'POST', '/admin/session', { name: 'mallory', password })
  const theirs = { ...asJson, Authorization: `Bearer ${token}` }
  for (const [path, body] of [['parts', '{"at":0,"text":"a"}'], ['start', '{}']] as const) {
    const answer = await larder.sendOpen('POST', `/admin/imports/${id}/${path}`, { headers: theirs, body })
    expect(answer.json()).toMatchObject({ status: 404, code: 'import-not-found' })
  }
  expect(await manage(larder, 'GET', '/admin/snapshots', undefined, theirs)).toEqual([])
  await saveSnapshot(larder, 'mine', theirs)
  const [user] = await manage<{ id: string, name: string }[]>(larder, 'GET', '/admin/users')
    .then(users => users.filter(({ name }) => name === 'mallory'))
  expect(readdirSync(join(larder.home, 'snapshots'))).toContain(user?.id)
  await manage(larder, 'DELETE', `/admin/users/${user?.id}`)
  await vi.waitUntil(() => !readdirSync(join(larder.home, 'snapshots')).includes(user?.id ?? ''))
})
