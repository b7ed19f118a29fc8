import { Buffer } from 'node:buffer'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import { startDespiteDamage } from '../../../src/main/storage/damaged-databases'
import { openEntryJournal } from '../../../src/main/storage/entry-journal'
import { requireSoundEntry, tagsOfRow } from '../../../src/main/storage/sound-entry'
import { temporaryFolder } from '../../helpers/folder'
import { journalEntries } from '../../helpers/journal-entries'

const entry = {
  key: 'k',
  value: Buffer.from('v'),
  contentType: 'text/plain',
  tags: ['a', 'ü'],
  kind: 'bytes',
  flags: 7,
  version: 3,
  storedAt: 1.5,
  ttl: 1000,
  freshUntil: 2,
  graceUntil: 3,
  grace: null,
} as const

it('takes an entry as it is', () => {
  expect(requireSoundEntry(entry, 1)).toBe(entry)
  const lasting = { ...entry, ttl: null, freshUntil: null, graceUntil: null }
  expect(requireSoundEntry(lasting, 1024)).toBe(lasting)
  expect(tagsOfRow('["a","ü"]')).toEqual(['a', 'ü'])
})

// Red: in src/main/storage/sound-entry.ts drop the lines of the field.
it.each([
  ['contentType', '', 'content type'],
  ['contentType', 'text/plain\r\nSet-Cookie: a=b', 'content type'],
  ['contentType', 7, 'content type'],
  ['kind', 'list', 'kind'],
  ['kind', 'toString', 'kind'],
  ['flags', 1.5, 'number'],
  ['flags', Number.NaN, 'number'],
  ['version', -1, 'number'],
  ['version', 2 ** 53, 'number'],
  ['storedAt', Number.NaN, 'time'],
  ['storedAt', Infinity, 'time'],
  ['ttl', Number.NaN, 'time'],
  ['freshUntil', 1e300, 'time'],
  ['graceUntil', -1e300, 'time'],
  ['grace', Infinity, 'time'],
])('takes none whose %s is %j', (field, value, named) => {
  expect(() => requireSoundEntry({ ...entry, [field]: value }, 1)).toThrow(named)
})

it.each([0, 1025, Number.NaN])('takes none whose key has %d bytes', (length) => {
  expect(() => requireSoundEntry(entry, length)).toThrow('key')
})

it.each(['["a"', '"a"', '[1]', '{}', ''])('takes no tags of %s', (text) => {
  expect(() => tagsOfRow(text)).toThrow(Error)
})

async function journalWith(keys: readonly string[]): Promise<string> {
  const home = temporaryFolder()
  const journal = openEntryJournal({ home, logger: silentLogger })
  keys.forEach(key => journal.put('c', { ...entry, key }))
  await journal.close()
  return home
}

// Red: in src/main/storage/page-message.ts return the entry without `requireSoundEntry`.
it('leaves out rows that cannot be read, says so once and in its health, and loads the rest', async () => {
  const home = await journalWith(['a', 'b', 'c', 'd'])
  const database = new Sqlite(join(home, 'entries.db'))
  // As a bit that changed on the disk does: no condition is asked.
  database.pragma('ignore_check_constraints = ON')
  database.exec(`
    UPDATE entry SET kind = 'bytez' WHERE key = x'61';
    UPDATE entry SET tags = '["a' WHERE key = x'63';`)
  database.close()
  const said: string[] = []
  const journal = openEntryJournal({ home, logger: { ...silentLogger, error: line => said.push(line) } })
  onTestFinished(() => journal.close())
  expect(journalEntries(journal, 'c').map(({ key }) => key)).toEqual(['b', 'd'])
  expect(said).toHaveLength(1)
  expect(journal.health()).toBe('entries.db has 2 entries that cannot be read; they are left out')
  // The row is replaced as soon as its key is written again.
  journal.put('c', { ...entry, key: 'a' })
  await journal.flush()
  expect(journalEntries(journal, 'c').map(({ key }) => key)).toEqual(['b', 'd', 'a'])
})

// Red: in src/main/storage/entry-writer.ts or in entry-pages.ts there drop `suspectEntries(…)`.
it.each(['a write', 'a read'])('makes the next start read every page where %s met damage', async (what) => {
  const home = await journalWith(['a'])
  const file = join(home, 'entries.db')
  const reader = new Sqlite(file)
  const root = Number(reader.prepare('SELECT rootpage FROM sqlite_schema WHERE name = \'entry\'').pluck().get())
  reader.close()
  const bytes = readFileSync(file)
  bytes.fill(0xFF, (root - 1) * 4096, root * 4096)
  writeFileSync(file, bytes)
  const journal = openEntryJournal({ home, logger: silentLogger })
  if (what === 'a write') {
    journal.put('c', { ...entry, key: 'b' })
    await expect(journal.flush()).rejects.toThrow('malformed')
  }
  else {
    await expect(journal.pageLater('c', Number.MAX_SAFE_INTEGER, 10)).rejects.toThrow('malformed')
  }
  expect(journal.health()).toContain('malformed')
  expect(existsSync(join(home, 'entries.db.suspect'))).toBe(true)
  await journal.close().catch(() => {})
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
