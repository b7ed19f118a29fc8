import type { MetadataStore } from '../../../src/main/base/metadata'
import type { Migration } from '../../../src/main/storage/migrations'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { openDatabase } from '../../../src/main/storage/database'
import { openMetadata } from '../../../src/main/storage/metadata-store'
import { metadataMigrations } from '../../../src/main/storage/migrations'
import { aCache, aKey, aUser, describeMetadata } from '../../contract/metadata'
import { temporaryFolder } from '../../helpers/folder'

function open(home: string): MetadataStore {
  const store = openMetadata({ home, logger: silentLogger })
  onTestFinished(store.close)
  return store
}

describeMetadata('SQLite', () => open(temporaryFolder()))

describe('metadata in SQLite', () => {
  it('keeps everything over a restart', () => {
    const home = temporaryFolder()
    const before = open(home)
    before.users.insert(aUser())
    before.caches.insert(aCache())
    before.keys.insert(aKey())
    before.settings.set('enabled', false)
    before.close()
    before.close()
    expect(before.health()).toBe('larder.db is closed')
    const after = open(home)
    expect([after.users.list(), after.caches.list(), after.keys.list(), after.settings.get('enabled')]).toEqual([[aUser()], [aCache()], [aKey()], false])
  })

  it('refuses records that break the schema', () => {
    const store = open(temporaryFolder())
    store.users.insert(aUser({ owner: true }))
    const refused = [
      () => store.users.insert(aUser({ id: 'user2', name: 'bob', owner: true })),
      () => store.users.insert(aUser({ id: 'user2', name: 'bob', passwordHash: 'plain' })),
      () => store.users.update('user1', { disabled: true }),
      () => store.users.update('user1', { cacheLimit: 0 }),
      () => store.caches.insert(aCache({ userId: 'nobody' })),
      () => store.caches.insert(aCache({ ttl: 0 })),
      () => store.keys.insert(aKey({ digest: Buffer.alloc(31) })),
      () => store.keys.insert(aKey({ previousDigest: Buffer.alloc(32) })),
    ]
    for (const write of refused)
      expect(write).toThrow(Sqlite.SqliteError)
    expect(() => store.users.update('user1', { ...JSON.parse('{"__proto__":1}') as object })).toThrow(TypeError)
    expect([store.users.list().length, store.caches.list().length, store.keys.list().length]).toEqual([1, 0, 0])
  })

  // R18. Red when 002-users.sql gives `disabled` no default, or 'user' a new table without the old rows.
  it('opens a database of the first schema with everything in it', () => {
    const home = temporaryFolder()
    const file = join(home, 'larder.db')
    const migrations = metadataMigrations.slice(0, 1)
    openDatabase({ file, applicationId: 0x4C52446D, migrations, clock: systemClock, logger: silentLogger }).close()
    const old = new Sqlite(file)
    old.exec(`
      INSERT INTO user VALUES ('u1', 'ada', 1, 1, NULL, 1), ('u2', 'Zoë', 0, 0, 'scrypt$1$8$1$c2FsdA$aGFzaA', 2);
      INSERT INTO cache VALUES
        ('c1', 'u1', 'default', NULL, 0, NULL, NULL, 'lfu', 1, 1, 3),
        ('c2', 'u2', '__proto__', 0.5, 1, 7, 8, 'sieve', 0, 0, 4);
      INSERT INTO api_key VALUES
        ('k1', 'u2', 'app', x'${'01'.repeat(32)}', x'${'02'.repeat(32)}', 9, '["read"]', '["__proto__"]', '[]', 5, 6);
      INSERT INTO setting VALUES ('enabled', 'false');
    `)
    old.close()

    const limits = { ttl: 0.5, sliding: true, maxEntries: 7, maxBytes: 8, eviction: 'sieve', enabled: false } as const
    const rotated = { previousDigest: Buffer.alloc(32, 2), previousExpiresAt: 9 }
    for (const round of ['migrated', 'opened again']) {
      const store = open(home)
      expect(store.users.list(), round).toEqual([
        aUser({ id: 'u1', owner: true, admin: true, createdAt: 1 }),
        aUser({ id: 'u2', name: 'Zoë', passwordHash: 'scrypt$1$8$1$c2FsdA$aGFzaA', createdAt: 2 }),
      ])
      expect(store.caches.list()).toEqual([
        aCache({ id: 'c1', userId: 'u1', name: 'default', ttl: null, eviction: 'lfu', persistent: true, createdAt: 3 }),
        aCache({ id: 'c2', userId: 'u2', name: '__proto__', ...limits, createdAt: 4 }),
      ])
      const grant = { label: 'app', scopes: ['read' as const], caches: ['__proto__'] }
      expect(store.keys.list()).toEqual([
        aKey({ id: 'k1', userId: 'u2', ...grant, ...rotated, createdAt: 5, lastUsedAt: 6 }),
      ])
      expect(store.settings.get('enabled')).toBe(false)
      store.close()
    }
    const store = open(home)
    expect(store.users.update('u2', { disabled: true, cacheLimit: 3 })).toMatchObject({ disabled: true, cacheLimit: 3 })
    expect(() => store.users.update('u1', { disabled: true })).toThrow(Sqlite.SqliteError)
    expect(store.users.delete('u2')).toBe(true)
    expect([store.caches.list().length, store.keys.list().length]).toEqual([1, 0])
  })

  it('drops the caches and keys of a user who goes', () => {
    const home = temporaryFolder()
    const store = open(home)
    store.users.insert(aUser())
    store.caches.insert(aCache())
    store.keys.insert(aKey())
    const database = new Sqlite(join(home, 'larder.db'))
    database.exec('DELETE FROM user')
    database.close()
    expect([store.caches.list(), store.keys.list()]).toEqual([[], []])
  })
})

describe('database', () => {
  const initial: Migration = { name: '001-initial', sql: 'CREATE TABLE schema_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT' }
  const openWith = (file: string, ...migrations: Migration[]) => {
    const database = openDatabase({ file, applicationId: 1, migrations, clock: systemClock, logger: silentLogger })
    onTestFinished(() => void database.close())
    return database
  }

  it('keeps its pragmas after the first write and after a reopen (R4)', () => {
    // Red when declarePragmas leaves out synchronous: the library lowers it to NORMAL (1) at the first write.
    const file = join(temporaryFolder(), 'test.db')
    for (const round of ['first', 'reopened']) {
      const database = openWith(file, initial, { name: '002-table', sql: 'CREATE TABLE t (a)' })
      for (let write = 0; write < 2; write++) {
        database.exec('INSERT INTO t VALUES (1)')
        const found = ['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema'].map(name => database.pragma(name, { simple: true }))
        expect([round, ...found]).toEqual([round, 'wal', 2, 1, 0])
      }
      database.close()
    }
  })

  it('applies each schema step once, wholly or not at all', () => {
    const file = join(temporaryFolder(), 'test.db')
    openWith(file, initial).close()
    const broken = { name: '002-broken', sql: 'CREATE TABLE half (a); CREATE TABLE half (a)' }
    expect(() => openWith(file, initial, broken)).toThrow(/002-broken failed and changed nothing/)
    const database = openWith(file, initial, { name: '002-whole', sql: 'CREATE TABLE whole (a)' })
    expect(database.prepare('SELECT number, name FROM schema_migration').all()).toEqual([{ number: 1, name: '001-initial' }, { number: 2, name: '002-whole' }])
    expect(database.prepare('SELECT name FROM sqlite_schema WHERE name IN (\'half\', \'whole\')').pluck().all()).toEqual(['whole'])
  })

  it('refuses a newer schema, another one, and leaves the file as it is', () => {
    const file = join(temporaryFolder(), 'test.db')
    openWith(file, initial, { name: '002-newer', sql: 'CREATE TABLE newer (a)' }).close()
    const before = readFileSync(file)
    expect(() => openWith(file, initial)).toThrow(`${file} was written by a newer Larder (schema 2; this one knows 1)`)
    expect(() => openWith(file, initial, { name: '002-other', sql: '' })).toThrow('002-newer, which this Larder does not know')
    expect(readFileSync(file)).toEqual(before)
  })

  it.each([
    ['garbage', (file: string) => writeFileSync(file, 'this is no database at all, '.repeat(400)), /cannot be opened: file is not a database \(SQLITE_NOTADB\)/],
    ['somebody else\'s database', (file: string) => void new Sqlite(file).exec('CREATE TABLE theirs (a)').close(), /is not a test\.db of Larder/],
    ['another application id', (file: string) => void new Sqlite(file).exec('PRAGMA application_id = 7').close(), /is not a test\.db of Larder/],
  ])('refuses %s and leaves it as it is', (_, make, message) => {
    const file = join(temporaryFolder(), 'test.db')
    make(file)
    const before = readFileSync(file)
    expect(() => openWith(file, initial)).toThrow(message)
    expect(readFileSync(file)).toEqual(before)
  })
})
