import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLogger } from '../../../src/main/base/logger'
import { createJsonFile } from '../../../src/main/desktop/json-file'
import { createFileLog } from '../../../src/main/storage/file-log'
import { prepareHome } from '../../../src/main/storage/home'
import { readPrivateFile, writeFileAtomic } from '../../../src/main/storage/private-files'
import { temporaryFolder } from '../../helpers/folder'
import { startLarder } from '../../helpers/start-larder'

const windows = process.platform === 'win32'
const root = process.getuid?.() === 0
if (!root)
  console.warn('Skipped: files of another user can be made by root only.')

const databases = ['larder.lock', 'larder.db', 'entries.db']
  .flatMap(name => ['', '-journal', '-wal', '-shm'].map(beside => `${name}${beside}`))
/** Files whose content matters: the start ends if they are not the person's own. */
const believed = [...databases, 'secrets.json', 'logs/larder.log', 'logs/larder.1.log', 'logs/larder.2.log']
/** Files that a start replaces, whatever they contain. */
const replaced = ['larder.pid', 'control.json']

interface Trap {
  home: string
  /** A file outside the data folder, and one that does not exist. */
  outside: string
  nowhere: string
}

function trap(): Trap {
  const folder = temporaryFolder()
  const [home, outside] = [join(folder, 'home'), join(folder, 'start-file')]
  mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 })
  writeFileSync(outside, 'precious', { mode: 0o640 })
  return { home, outside, nowhere: join(folder, 'nowhere') }
}

const spoilers: Record<string, { spoil: (path: string, trap: Trap) => void, says: string }> = {
  'a link to a file': { spoil: (path, { outside }) => symlinkSync(outside, path), says: 'is a link' },
  'a link to nowhere': { spoil: (path, { nowhere }) => symlinkSync(nowhere, path), says: 'is a link' },
  'a hard link': { spoil: (path, { outside }) => linkSync(outside, path), says: 'has another name elsewhere' },
  'a folder': { spoil: path => void mkdirSync(path), says: 'is not a file' },
  'writable for others': { spoil: (path) => {
    writeFileSync(path, '')
    chmodSync(path, 0o620)
  }, says: 'can be written by other users' },
  ...root && { 'another user\'s': { spoil: (path: string) => {
    writeFileSync(path, '', { mode: 0o600 })
    chownSync(path, 4711, 4711)
  }, says: 'belongs to another user' } },
}

/** Expects that everything outside the data folder is unchanged. */
function expectUntouched({ outside, nowhere }: Trap): void {
  expect([readFileSync(outside, 'utf8'), statSync(outside).mode & 0o777]).toEqual(['precious', 0o640])
  expect(existsSync(nowhere)).toBe(false)
}

let stop: (() => Promise<void>) | undefined
afterEach(async () => {
  await stop?.()
  stop = undefined
})
async function start(home: string): Promise<void> {
  const larder = await startLarder({ home })
  stop = larder.stop
}

describe.skipIf(windows).each(Object.entries(spoilers))('s27 %s in the data folder', (_, { spoil, says }) => {
  // Red: storage/ownership.ts, drop the line of the reason; for `-journal`, drop it from the list
  // in ensurePrivateDatabase.
  it.each(believed)('as %s ends the start with a sentence, and writes nothing outside', async (name) => {
    const given = trap()
    const path = join(given.home, name)
    spoil(path, given)
    const error: unknown = await startLarder({ home: given.home }).then(() => 'It started.', failure => failure)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).message).toMatch(new RegExp(`^${path} ${says}[^\n]*$`))
    expectUntouched(given)
    rmSync(path, { recursive: true })
    await start(given.home)
  })

  // Red: storage/private-files.ts, in writeFileAtomic write to `path` itself instead of the
  // temporary file.
  it.each(replaced)('as %s is replaced, and writes nothing outside', async (name) => {
    const given = trap()
    const path = join(given.home, name)
    spoil(path, given)
    if (says === 'is not a file')
      return expect(startLarder({ home: given.home })).rejects.toThrow(`${path} ${says}`)
    await start(given.home)
    expectUntouched(given)
    expect([lstatSync(path).isFile(), lstatSync(path).mode & 0o777, lstatSync(path).nlink]).toEqual([true, 0o600, 1])
  })

  it.each(['window.json', 'desktop.json'])('as %s of the window is not used, and writing replaces it', (name) => {
    const given = trap()
    const path = join(given.home, name)
    spoil(path, given)
    const warnings: unknown[] = []
    const logger = { ...silentLogger, warn: (...line: unknown[]) => void warnings.push(line) }
    const files = { read: readPrivateFile, replace: writeFileAtomic }
    const file = createJsonFile(path, z.string(), { files, logger })
    expect(file.read()).toBe(undefined)
    expect(warnings).toEqual([[expect.any(String), { path, error: expect.stringContaining(says) }]])
    file.write('new')
    expectUntouched(given)
    if (says !== 'is not a file')
      expect([file.read(), lstatSync(path).isFile()]).toEqual(['new', true])
  })
})

describe.skipIf(windows)('s27 folders', () => {
  const rows: [string, (path: string, trap: Trap) => void, string][] = [
    ['a link to a folder', (path, { outside }) => symlinkSync(dirname(outside), path), 'is a link'],
    ['a link to nowhere', (path, { nowhere }) => symlinkSync(nowhere, path), 'is a link'],
    ['a file', path => writeFileSync(path, ''), 'is not a folder'],
  ]
  if (root) {
    rows.push(['another user\'s', (path) => {
      mkdirSync(path)
      chownSync(path, 4711, 4711)
    }, 'belongs to another user'])
  }

  // Red: storage/private-files.ts, in ensurePrivateFolder `lstatSync` → `statSync`.
  it.each(rows)('%s as logs/ ends the start', async (_, spoil, says) => {
    const given = trap()
    rmSync(join(given.home, 'logs'), { recursive: true })
    spoil(join(given.home, 'logs'), given)
    await expect(startLarder({ home: given.home })).rejects.toThrow(`${join(given.home, 'logs')} ${says}`)
    expectUntouched(given)
  })

  it('logs/ that is open to others is closed', async () => {
    const given = trap()
    chmodSync(join(given.home, 'logs'), 0o777)
    await start(given.home)
    expect(statSync(join(given.home, 'logs')).mode & 0o777).toBe(0o700)
  })

  it('the data folder itself may be a link of the person to a folder of theirs', async () => {
    const given = trap()
    renameSync(given.home, `${given.home}-kept-elsewhere`)
    symlinkSync(`${given.home}-kept-elsewhere`, given.home)
    await start(given.home)
    expect(existsSync(join(`${given.home}-kept-elsewhere`, 'larder.db'))).toBe(true)
  })

  // Red: storage/home.ts, `[lstatSync(folder), found]` → `[]`; for the link alone, `[found]`.
  it.skipIf(!root).each<[string, (home: string) => void]>([
    ['a folder', home => chownSync(home, 4711, 4711)],
    ['a folder behind a link', (home) => {
      renameSync(home, `${home}-2`)
      chownSync(`${home}-2`, 4711, 4711)
      symlinkSync(`${home}-2`, home)
    }],
    ['a link, though the folder is one\'s own', (home) => {
      renameSync(home, `${home}-2`)
      symlinkSync(`${home}-2`, home)
      lchownSync(home, 4711, 4711)
    }],
  ])('another user\'s data folder is refused: %s', (_, spoil) => {
    const { home } = trap()
    spoil(home)
    expect(() => prepareHome(home)).toThrow(`${home} belongs to another user (id 4711, this is 0)`)
  })
})

// Red: storage/file-log.ts, in rotate leave out `if (tightenFile(previous) !== 'missing')`.
it.skipIf(windows)('s27 a rotation follows no link that came meanwhile', async () => {
  const given = trap()
  const failed: string[] = []
  const log = createFileLog({ home: given.home, rotateAt: 10, onFailure: (_, reason) => void failed.push(reason) })
  log.write('the first line')
  const [previous, oldest] = [join(given.home, 'logs/larder.1.log'), join(given.home, 'logs/larder.2.log')]
  symlinkSync(given.outside, previous)
  log.write('the second line')
  expect(failed).toEqual([expect.stringContaining(`${previous} is a link`)])
  rmSync(previous)
  symlinkSync(given.outside, oldest)
  for (const line of ['the third line', 'the fourth line', 'the fifth line'])
    log.write(line)
  await log.dispose()
  expect(failed).toHaveLength(1)
  expect(lstatSync(oldest).isFile()).toBe(true)
  expectUntouched(given)
})
