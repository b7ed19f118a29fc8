import type { Source } from '../../../src/main/serving/sources/source'
import type { SourceRig } from '../../contract/sources'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock, systemStopwatch } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { createDrivers } from '../../../src/main/upstreams/drivers'
import { fileOfKey } from '../../../src/main/upstreams/file/names'
import { lineTimes } from '../../../src/main/upstreams/line'
import { createUpstreams } from '../../../src/main/upstreams/upstreams'
import { describeBackend } from '../../contract/backends'
import { aValue, describeSource, neverAborts } from '../../contract/sources'
import { temporaryFolder } from '../../helpers/folder'

function poolWith(folder: string, home = join(temporaryFolder(), 'home')) {
  const pool = createUpstreams({
    drivers: createDrivers({ home, clock: systemClock }),
    stopwatch: systemStopwatch,
    logger: silentLogger,
    onChange: () => {},
    times: { ...lineTimes, first: 10, longest: 10 },
  })
  onTestFinished(() => pool.dispose())
  pool.put('main', { driver: 'file', values: { folder }, secrets: async () => ({}) })
  return pool
}
function sourceIn(folder: string, home?: string): Source {
  const source = poolWith(folder, home).sourceOf('main', { format: 'a/b' })
  if (!source)
    throw new Error('There should be a source')
  return source
}

function besides(folder: string): Omit<SourceRig, 'source'> {
  const path = (key: string): string => join(folder, fileOfKey(key) ?? '')
  return {
    peek: async key => existsSync(path(key)) ? readFileSync(path(key)) : undefined,
    place: async (key, value) => writeFileSync(path(key), value),
  }
}

describeSource('file', async () => {
  const folder = temporaryFolder()
  return { source: sourceIn(folder), ...besides(folder) }
}, { lives: false, longestKey: 255 })

// A colon is written as three bytes.
describeBackend('file', async () => {
  const folder = temporaryFolder()
  const backend = poolWith(folder).backendOf('main')
  if (!backend)
    throw new Error('There should be a backend')
  return { backend, ...besides(folder) }
}, { compares: false, endsLives: false, formats: ['envelope'], longestKey: 253 })

describe('a folder', () => {
  it('tells the type of a value by the ending, else it is that of the cache', async () => {
    const folder = temporaryFolder()
    const source = sourceIn(folder)
    const types = { 'a.json': 'application/json', 'A.PNG': 'image/png', 'a': 'a/b', '.json': 'a/b' }
    for (const [key, contentType] of Object.entries(types)) {
      await source.writes?.set(key, aValue('{}'), neverAborts)
      expect(await source.load(key, neverAborts), key).toEqual({ value: expect.anything(), contentType })
    }
  })

  it('has no compare-and-set, as file systems have none', () => {
    expect(sourceIn(temporaryFolder()).writes).not.toHaveProperty('replace')
  })

  // Red: in src/main/upstreams/file/folder.ts drop `noLink` from the flags and from the check.
  it('follows no link, and writes through none', async () => {
    const outside = temporaryFolder()
    const folder = temporaryFolder()
    writeFileSync(join(outside, 'secret'), 'canary')
    symlinkSync(join(outside, 'secret'), join(folder, 'link'))
    symlinkSync(join(outside, 'new'), join(folder, 'dangling'))
    mkdirSync(join(folder, 'sub'))
    const source = sourceIn(folder)
    await expect(source.load('link', neverAborts)).rejects.toMatchObject({
      failure: 'refused',
      message: 'The file is a link, and Larder follows none.',
    })
    expect(await source.load('sub', neverAborts)).toBeUndefined()
    for (const key of ['link', 'dangling'])
      await source.writes?.set(key, aValue('x'), neverAborts)
    expect([readFileSync(join(outside, 'secret'), 'utf8'), readdirSync(outside)]).toEqual(['canary', ['secret']])
    expect(lstatSync(join(folder, 'link')).isFile()).toBe(true)
    await expect(source.writes?.set('sub', aValue('x'), neverAborts)).rejects.toMatchObject({ failure: 'refused' })
    expect(await source.writes?.delete('sub', neverAborts)).toBe(false)
    symlinkSync(join(outside, 'secret'), join(folder, 'another'))
    const keys: string[] = []
    for await (const page of source.keys?.('', neverAborts) ?? [])
      keys.push(...page)
    expect(keys.sort()).toEqual(['dangling', 'link'])
    expect(readdirSync(folder).filter(name => name.startsWith('.'))).toEqual([])
  })

  // Red: in src/main/upstreams/file/folder.ts drop the check of `isWithin`, or of the link.
  it('is never the data folder, nor a link', async () => {
    const home = temporaryFolder()
    const inside = join(home, 'logs')
    mkdirSync(inside)
    const place = temporaryFolder()
    const link = join(place, 'link')
    symlinkSync(home, link)
    writeFileSync(join(place, 'file'), '')
    const ours = 'This is Larder\'s own data folder, or lies in it.'
    for (const [folder, message] of [
      [home, ours],
      [inside, ours],
      [`${home}/../${home.split('/').at(-1)}/logs`, ours],
      [join(link, 'logs'), ours],
      [link, 'The folder is a link, and Larder follows none.'],
      [join(place, 'none'), 'There is no such folder.'],
      [join(place, 'file'), 'This is a file; give the folder that it is in.'],
    ] as const) {
      await expect(sourceIn(folder, home).load('larder.db', neverAborts), folder).rejects.toMatchObject({ message })
      expect(await poolWith(folder, home).refuse({ driver: 'file', values: { folder }, secrets: {} }), folder)
        .toEqual(message === ours || folder === link ? { field: 'folder', message: ours } : null)
    }
    // What lies around it is another folder, of which only the files themselves are values.
    expect(await sourceIn(join(home, '..'), home).load(`${home.split('/').at(-1)}/larder.db`, neverAborts)).toBeUndefined()
  })

  // Red: in src/main/upstreams/file/folder.ts let `pathOf` not look at the folder.
  it('notices that it is another one', async () => {
    const place = temporaryFolder()
    const folder = join(place, 'values')
    mkdirSync(folder)
    const outside = temporaryFolder()
    writeFileSync(join(outside, 'secret'), 'canary')
    const source = sourceIn(folder)
    expect(await source.load('secret', neverAborts)).toBeUndefined()
    renameSync(folder, join(place, 'away'))
    symlinkSync(outside, folder)
    await expect(source.load('secret', neverAborts)).rejects.toMatchObject({ failure: 'unreachable' })
    const write = source.writes?.set('secret', aValue('x'), neverAborts)
    await expect(write).rejects.toMatchObject({ failure: 'unreachable' })
    rmSync(folder)
    await expect(source.load('secret', neverAborts)).rejects.toMatchObject({ failure: 'unreachable' })
  })

  it('is tried out by reading, and by a file of its own where that is asked for', async () => {
    const folder = temporaryFolder()
    const connection = { driver: 'file', values: { folder }, secrets: async () => ({}) } as const
    const pool = poolWith(folder)
    for (const write of [false, true]) {
      expect(await pool.test(connection, { write, signal: neverAborts })).toMatchObject({ ok: true, server: 'Folder' })
      expect(readdirSync(folder)).toEqual([])
    }
  })
})
