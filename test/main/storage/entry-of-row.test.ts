import { Buffer } from 'node:buffer'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import { startDespiteDamage } from '../../../src/main/storage/damaged-databases'
import { openEntryJournal } from '../../../src/main/storage/entry-journal'
import { entryOfRow } from '../../../src/main/storage/entry-of-row'
import { temporaryFolder } from '../../helpers/folder'

const row = {
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  contentType: 'text/plain',
  tags: '["a","ü"]',
  kind: 'bytes',
  flags: 7,
  version: 3,
  storedAt: 1.5,
  ttl: 1000,
  freshUntil: 2,
  graceUntil: 3,
  grace: null,
}

it('makes an entry of a row', () => {
  expect(entryOfRow(row)).toEqual({ ...row, key: 'k', tags: ['a', 'ü'] })
})

// Red: in src/main/storage/entry-of-row.ts drop the line of the field.
it.each([
  ['key', Buffer.alloc(0)],
  ['key', Buffer.alloc(1025)],
  ['key', 'k'],
  ['value', 'v'],
  ['value', null],
  ['contentType', ''],
  ['contentType', 'text/plain\r\nSet-Cookie: a=b'],
  ['contentType', 7],
  ['tags', '["a"'],
  ['tags', '"a"'],
  ['tags', '[1]'],
  ['tags', '{}'],
  ['tags', null],
  ['kind', 'list'],
  ['kind', 'toString'],
  ['flags', 1.5],
  ['flags', 'x'],
  ['version', -1],
  ['version', 2 ** 53],
  ['storedAt', null],
  ['storedAt', Infinity],
  ['ttl', '1'],
  ['ttl', Number.NaN],
  ['freshUntil', 1e300],
  ['graceUntil', -1e300],
  ['grace', 'x'],
])('makes none of a row whose %s is %j', (field, value) => {
  expect(entryOfRow({ ...row, [field]: value })).toBe(null)
})

const entry = {
  ...row,
  key: 'k',
  tags: ['a'],
  kind: 'bytes',
} as const

async function journalWith(keys: readonly string[]): Promise<string> {
  const home = temporaryFolder()
  const journal = openEntryJournal({ home, logger: silentLogger })
  keys.forEach(key => journal.put('c', { ...entry, key }))
  await journal.close()
  return home
}

// Red: in src/main/storage/entry-rows.ts yield `entryOfRow(rest)` whatever it is.
it('leaves out rows that cannot be read, says once how many, and loads the rest', async () => {
  const home = await journalWith(['a', 'b', 'c', 'd'])
  const database = new Sqlite(join(home, 'entries.db'))
  // As a bit that changed on the disk does: no condition is asked.
  database.pragma('ignore_check_constraints = ON')
  database.exec(`
    UPDATE entry SET kind = 'bytez' WHERE key = x'61';
    UPDATE entry SET tags = '["a' WHERE key = x'63';`)
  database.close()
  const said: unknown[] = []
  const journal = openEntryJournal({ home, logger: { ...silentLogger, error: (_, fields) => said.push(fields) } })
  onTestFinished(() => journal.close())
  expect([...journal.load('c')].map(({ key }) => key)).toEqual(['b', 'd'])
  expect(said).toEqual([{ cache: 'c', entries: 2 }])
  // The row is replaced as soon as its key is written again.
  journal.put('c', { ...entry, key: 'a' })
  await journal.flush()
  expect([...journal.load('c')].map(({ key }) => key)).toEqual(['b', 'd', 'a'])
})

// Red: in src/main/storage/entry-writer.ts drop `suspectEntries(…)`.
it('makes the next start read every page where a write met damage', async () => {
  const home = await journalWith(['a'])
  const file = join(home, 'entries.db')
  const reader = new Sqlite(file)
  const root = Number(reader.prepare('SELECT rootpage FROM sqlite_schema WHERE name = \'entry\'').pluck().get())
  reader.close()
  const bytes = readFileSync(file)
  bytes.fill(0xFF, (root - 1) * 4096, root * 4096)
  writeFileSync(file, bytes)
  const journal = openEntryJournal({ home, logger: silentLogger })
  journal.put('c', { ...entry, key: 'b' })
  await expect(journal.flush()).rejects.toThrow('malformed')
  expect(journal.health()).toContain('malformed')
  expect(existsSync(join(home, 'entries.db.suspect'))).toBe(true)
  await expect(journal.close()).rejects.toThrow('malformed')
  expect(readdirSync(home).filter(name => name.includes('corrupt'))).toEqual([])
})

// Red: in src/main/storage/damaged-databases.ts start again after every error, or after none.
it.each([
  ['SQLITE_CORRUPT', [false, true]],
  ['SQLITE_NOTADB', [false, true]],
  ['SQLITE_BUSY', [false]],
  ['SQLITE_IOERR_READ', [false]],
])('a start that meets %s reads every page: %j', async (code, expected) => {
  const starts: boolean[] = []
  await expect(startDespiteDamage(async (wholly) => {
    starts.push(wholly)
    throw new Sqlite.SqliteError('x', code)
  })).rejects.toThrow('x')
  expect(starts).toEqual(expected)
})
