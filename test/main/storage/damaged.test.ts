import type { Database } from 'better-sqlite3'
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { isDamage } from '../../../src/main/storage/damage'
import { setDamagedAside, suspectEntries } from '../../../src/main/storage/damaged-databases'
import { openEntryJournal } from '../../../src/main/storage/entry-journal'
import { openMetadata } from '../../../src/main/storage/metadata-store'
import { setAside } from '../../../src/main/storage/set-aside'
import { aKey, aUser } from '../../contract/metadata'
import { temporaryFolder } from '../../helpers/folder'
import { journalEntries } from '../../helpers/journal-entries'

type Store = 'larder.db' | 'entries.db'

const anEntry = {
  key: 'k',
  value: Buffer.alloc(5000, 'v'),
  contentType: 'text/plain',
  tags: ['t'],
  kind: 'bytes',
  flags: 0,
  version: 1,
  storedAt: 1,
  ttl: null,
  freshUntil: null,
  graceUntil: null,
  grace: null,
} as const

/** A data folder in which both databases have been used. */
async function usedHome(): Promise<string> {
  const home = temporaryFolder()
  const metadata = openMetadata({ home, logger: silentLogger })
  metadata.users.insert(aUser())
  for (let key = 0; key < 60; key++)
    metadata.keys.insert(aKey({ id: `k${key}`, label: 'x'.repeat(200), digest: Buffer.alloc(32, key) }))
  metadata.close()
  const journal = openEntryJournal({ home, logger: silentLogger })
  for (let entry = 0; entry < 20; entry++)
    journal.put('c', { ...anEntry, key: `k${entry}` })
  await journal.close()
  return home
}

function within(file: string, work: (database: Database) => void): void {
  const database = new Sqlite(file)
  work(database)
  database.close()
}

/** The databases of a folder by name, as digests: whoever reads one leaves an empty log behind. */
function contents(home: string): Record<string, string> {
  return Object.fromEntries(readdirSync(home)
    .filter(name => !/-(?:wal|shm)$/.test(name))
    .map(name => [name, digest(readFileSync(join(home, name)))]))
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function look(home: string, wholly = false): string[] {
  return setDamagedAside({ home, clock: systemClock, logger: silentLogger, wholly })
}

const damages: Record<string, (file: string) => void> = {
  'garbage': file => writeFileSync(file, 'this is no database at all, '.repeat(400)),
  'a file of a few bytes': file => writeFileSync(file, 'no'),
  'zero length': file => truncateSync(file, 0),
  'a database without anything in it': (file) => {
    truncateSync(file, 0)
    within(file, database => database.pragma('journal_mode = WAL'))
  },
  'an application id of nobody, and no tables': (file) => {
    truncateSync(file, 0)
    within(file, database => database.pragma('application_id = 7'))
  },
  'Larder\'s tables under another application id': file =>
    within(file, database => database.pragma('application_id = 7')),
  'a cut end': file => truncateSync(file, statSync(file).size - 4096),
  'a header of zeros': (file) => {
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0, 0, 100))
  },
  'flipped pages': (file) => {
    const bytes = readFileSync(file)
    for (let at = 4096; at < bytes.length; at += 4096)
      bytes[at] = (bytes[at] ?? 0) ^ 0xFF
    writeFileSync(file, bytes)
  },
  'a gap in its schema steps': file => within(file, database =>
    database.exec('DELETE FROM schema_migration WHERE number = 2')),
  'schema steps that are gone': file => within(file, database => database.exec('DROP TABLE schema_migration')),
}

describe.each<Store>(['larder.db', 'entries.db'])('r5 a damaged %s', (store) => {
  // Red: in src/main/storage/damage.ts let `first` be 'ok', or return `{ state: 'other' }` if
  // `names.size === 0`.
  it.each(Object.entries(damages))('with %s is kept under another name, and a new one is used', async (_, damage) => {
    const home = await usedHome()
    damage(join(home, store))
    const before = contents(home)
    const [sentence = '', ...more] = look(home)
    expect(more).toEqual([])
    const asides = Object.entries(contents(home)).filter(([name]) => name.startsWith(`${store}.corrupt-`))
    expect(asides).toEqual([[expect.any(String), before[store]]])
    expect(sentence).toContain(`is kept in ${home} as ${asides[0]?.[0]}`)
    // Those who read only the sentence learn what is gone.
    expect(sentence).toContain(store === 'larder.db'
      ? 'no API key, session or password of before works any more'
      : 'Users, caches, keys and settings are as they were')

    const metadata = openMetadata({ home, logger: silentLogger })
    expect(metadata.keys.list()).toHaveLength(store === 'larder.db' ? 0 : 60)
    metadata.close()
    const journal = openEntryJournal({ home, logger: silentLogger })
    // The entries of caches that nobody knows any more are set aside with them.
    expect(journalEntries(journal, 'c')).toEqual([])
    await journal.close()
    expect(look(home)).toEqual([])
  })
})

// Red: in src/main/storage/damage.ts drop the lines with `size === 0`: SQLite removes a log whose
// database is empty.
it('r5 keeps the log of a database that is empty', async () => {
  const home = await usedHome()
  const file = join(home, 'larder.db')
  const store = openMetadata({ home, logger: silentLogger })
  store.settings.set('a', 1)
  store.users.insert(aUser({ id: 'late', name: 'late' }))
  const log = readFileSync(`${file}-wal`)
  store.close()
  truncateSync(file, 0)
  writeFileSync(`${file}-wal`, log, { mode: 0o600 })
  expect(look(home)).toHaveLength(1)
  const [aside = ''] = readdirSync(home).filter(name => /^larder\.db\.corrupt-.*-wal$/.test(name))
  expect(readFileSync(join(home, aside))).toEqual(log)
})

describe('r5 what is not damaged', () => {
  const others: Record<string, (file: string) => void> = {
    'a database of somebody else': (file) => {
      truncateSync(file, 0)
      within(file, database => database.exec('CREATE TABLE theirs (a)'))
    },
    'a database of somebody else with an id': (file) => {
      truncateSync(file, 0)
      within(file, database => database.exec('PRAGMA application_id = 7; CREATE TABLE theirs (a)'))
    },
    'a database of a newer Larder': file => within(file, database =>
      database.exec('INSERT INTO schema_migration SELECT max(number) + 1, \'099-later\', 1 FROM schema_migration')),
    'a sound database': () => {},
  }

  // Red: in src/main/storage/damage.ts return `damaged('…')` in place of `{ state: 'other' }`.
  it.each((['larder.db', 'entries.db'] as const).flatMap(store =>
    Object.entries(others).map(([what, make]) => [store, what, make] as const)))('%s: %s stays as it is', async (
    store,
    _,
    make,
  ) => {
    const home = await usedHome()
    make(join(home, store))
    const before = contents(home)
    expect(look(home)).toEqual([])
    expect(contents(home)).toEqual(before)
  })

  // Red: in src/main/storage/damage.ts let `isDamage` be true for every SqliteError.
  it.each([
    ['SQLITE_BUSY', false],
    ['SQLITE_LOCKED', false],
    ['SQLITE_IOERR', false],
    ['SQLITE_IOERR_READ', false],
    ['SQLITE_IOERR_CORRUPTFS', false],
    ['SQLITE_FULL', false],
    ['SQLITE_READONLY', false],
    ['SQLITE_CANTOPEN', false],
    ['SQLITE_NOTADB', true],
    ['SQLITE_CORRUPT', true],
    ['SQLITE_CORRUPT_INDEX', true],
  ])('%s: damage is %s', (code, expected) => {
    expect(isDamage(new Sqlite.SqliteError('x', code))).toBe(expected)
  })

  it('a database that another program has locked stays as it is', async () => {
    const home = await usedHome()
    const holder = new Sqlite(join(home, 'larder.db'))
    holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    try {
      expect(look(home)).toEqual([])
      expect(readdirSync(home).filter(name => name.includes('corrupt'))).toEqual([])
    }
    finally {
      holder.close()
    }
  })

  // Red: in src/main/storage/damage.ts use `lstatSync` in place of `tightenFile`.
  it.skipIf(process.platform === 'win32')('follows no link, and leaves what it leads to alone', async () => {
    const [home, elsewhere] = [await usedHome(), temporaryFolder()]
    writeFileSync(join(elsewhere, 'precious'), 'precious')
    symlinkSync(join(elsewhere, 'precious'), join(home, 'larder.db-wal'))
    expect(() => look(home)).toThrow(`${join(home, 'larder.db-wal')} is a link`)
    expect(readFileSync(join(elsewhere, 'precious'), 'utf8')).toBe('precious')
  })
})

describe('setting aside', () => {
  it('takes the log and its index along, and never a name that is taken', () => {
    const home = temporaryFolder()
    const file = join(home, 'a.db')
    for (const suffix of ['', '-wal', '-shm'])
      writeFileSync(`${file}${suffix}`, suffix)
    // A folder of this name, which a rename would not replace, and only the log of the next one.
    mkdirSync(`${file}.corrupt-19700101T000000005Z`)
    writeFileSync(`${file}.corrupt-19700101T000000006Z-wal`, 'taken')
    expect(setAside(file, 5)).toBe(`${file}.corrupt-19700101T000000007Z`)
    for (const suffix of ['', '-wal', '-shm'])
      expect(readFileSync(`${file}.corrupt-19700101T000000007Z${suffix}`, 'utf8')).toBe(suffix)
    expect(existsSync(file)).toBe(false)
  })

  // Red: in src/main/storage/database.ts drop the lines with `besides.some`.
  it('never applies a log that was left without its database', () => {
    const home = temporaryFolder()
    const before = openMetadata({ home, logger: silentLogger })
    before.users.insert(aUser({ name: 'revoked' }))
    const log = readFileSync(join(home, 'larder.db-wal'))
    before.close()
    const [database = ''] = [join(home, 'larder.db')]
    setAside(database, 1)
    writeFileSync(`${database}-wal`, log, { mode: 0o600 })
    const after = openMetadata({ home, logger: silentLogger })
    expect(after.users.list()).toEqual([])
    after.close()
    expect(readdirSync(home).filter(name => name.endsWith('-wal') && name.includes('corrupt'))).toHaveLength(1)
  })

  // Red: in src/main/storage/damaged-databases.ts leave out `existsSync(suspected)`.
  it('reads every page of a large database only if damage was met in it before', async () => {
    const home = await usedHome()
    const file = join(home, 'entries.db')
    within(file, database => void database
      .prepare(`INSERT INTO entry (cache_id, key, value, content_type, tags, version, stored_at)
                VALUES ('c', x'00', zeroblob(?), 'a/b', '[]', 1, 1)`)
      .run(65 * 1024 * 1024))
    const bytes = readFileSync(file)
    // A page in the middle of the large value.
    bytes.fill(0xFF, 40 * 1024 * 1024, 40 * 1024 * 1024 + 4096)
    writeFileSync(file, bytes)
    expect(look(home)).toEqual([])
    suspectEntries(home)
    expect(look(home)).toEqual([expect.stringContaining('entries.db is damaged')])
    expect(readdirSync(home)).not.toContain('entries.db.suspect')
  })
})
