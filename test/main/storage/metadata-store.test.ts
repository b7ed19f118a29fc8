import type { Database } from 'better-sqlite3'
import type { MetadataStore } from '../../../src/main/base/metadata'
import type { Migration } from '../../../src/main/storage/migrations'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { openDatabase } from '../../../src/main/storage/database'
import { openMetadata } from '../../../src/main/storage/metadata-store'
import { metadataMigrations } from '../../../src/main/storage/migrations'
import { aCache, aConnection, aKey, aSession, aUser, describeMetadata } from '../../contract/metadata'
import { temporaryFolder } from '../../helpers/folder'
import { patience } from '../../helpers/patience'

function open(home: string): MetadataStore {
  const store = openMetadata({ home, logger: silentLogger })
  onTestFinished(store.close)
  return store
}

/** Runs work on the database of a folder, bypassing its store. */
function within<T>(home: string, work: (database: Database) => T): T {
  const database = new Sqlite(join(home, 'larder.db'))
  try {
    return work(database)
  }
  finally {
    database.close()
  }
}

describeMetadata('SQLite', () => open(temporaryFolder()))

describe('metadata in SQLite', () => {
  it('keeps everything over a restart', () => {
    const home = temporaryFolder()
    const before = open(home)
    before.users.insert(aUser())
    before.caches.insert(aCache())
    before.keys.insert(aKey())
    before.sessions.put(aSession())
    before.settings.set('enabled', false)
    before.close()
    before.close()
    expect(before.health()).toBe('larder.db is closed')
    const after = open(home)
    expect([
      after.users.list(),
      after.caches.list(),
      after.keys.list(),
      after.sessions.list(),
      after.settings.get('enabled'),
    ]).toEqual([[aUser()], [aCache()], [aKey()], [aSession()], false])
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
      () => store.keys.insert(aKey({ digest: Buffer.alloc(31) })),
      () => store.sessions.put(aSession({ id: 'ls_a-token-is-no-digest' })),
      () => store.keys.insert(aKey({ previousDigest: Buffer.alloc(32) })),
    ]
    for (const write of refused)
      expect(write).toThrow(Sqlite.SqliteError)
    expect(() => store.users.update('user1', { ...JSON.parse('{"__proto__":1}') as object })).toThrow(TypeError)
    expect(() => store.caches.insert(aCache({ ttl: 0 }))).toThrow('TTL must be a positive value.')
    expect([store.users.list().length, store.caches.list().length, store.keys.list().length]).toEqual([1, 0, 0])
  })

  describe.each([
    { schema: '001-initial', number: 1, then: '', disabled: false, cacheLimit: 200 },
    {
      schema: '002-users',
      number: 2,
      then: 'UPDATE user SET disabled = 1, cache_limit = 7 WHERE id = \'u2\'',
      disabled: true,
      cacheLimit: 7,
    },
  ])('a database of $schema', ({ number, then, disabled, cacheLimit }) => {
    function createOld(home: string): void {
      const file = join(home, 'larder.db')
      const migrations = metadataMigrations.slice(0, number)
      openDatabase({ file, applicationId: 0x4C52446D, migrations, clock: systemClock, logger: silentLogger }).close()
      within(home, old => old.exec(`
        INSERT INTO user (id, name, owner, admin, password_hash, created_at)
        VALUES ('u1', 'ada', 1, 1, NULL, 1), ('u2', 'Zoë', 0, 0, 'scrypt$1$8$1$c2FsdA$aGFzaA', 2);
        INSERT INTO cache VALUES
          ('c3', 'u1', 'default', NULL, 0, NULL, NULL, 'lfu', 1, 1, 3),
          ('c2', 'u2', '__proto__', 0.5, 1, 7, 8, 'sieve', 0, 0, 4),
          ('c1', 'u2', 'precise', 0.30000000000000004, 0, 9007199254740991, 9007199254740991, 'lru', 0, 1, 5);
        INSERT INTO api_key VALUES
          ('k1', 'u2', 'app', x'${'01'.repeat(32)}', x'${'02'.repeat(32)}', 9, '["read"]', '["__proto__"]', '[]', 5, 6);
        INSERT INTO setting VALUES ('enabled', 'false');
        ${then}
      `))
    }

    // R18. Red when 002-users.sql has no default for `disabled`, or 003-cache-settings.sql omits a
    // setting.
    it('opens with everything in it', () => {
      const home = temporaryFolder()
      createOld(home)
      const limits = { ttl: 0.5, sliding: true, maxEntries: 7, maxBytes: 8, eviction: 'sieve', enabled: false } as const
      const most = { maxEntries: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER }
      const rotated = { previousDigest: Buffer.alloc(32, 2), previousExpiresAt: 9 }
      for (const round of ['migrated', 'opened again']) {
        const store = open(home)
        expect(store.users.list(), round).toEqual([
          aUser({ id: 'u1', owner: true, admin: true, createdAt: 1 }),
          aUser({
            id: 'u2',
            name: 'Zoë',
            passwordHash: 'scrypt$1$8$1$c2FsdA$aGFzaA',
            disabled,
            cacheLimit,
            createdAt: 2,
          }),
        ])
        expect(store.caches.list()).toEqual([
          aCache({
            id: 'c3',
            userId: 'u1',
            name: 'default',
            ttl: null,
            eviction: 'lfu',
            persistent: true,
            createdAt: 3,
          }),
          aCache({ id: 'c2', userId: 'u2', name: '__proto__', ...limits, createdAt: 4 }),
          aCache({ id: 'c1', userId: 'u2', name: 'precise', ttl: 0.30000000000000004, ...most, createdAt: 5 }),
        ])
        const grant = { label: 'app', scopes: ['read' as const], caches: ['__proto__'] }
        expect(store.keys.list()).toEqual([
          aKey({ id: 'k1', userId: 'u2', ...grant, ...rotated, createdAt: 5, lastUsedAt: 6 }),
        ])
        expect(store.settings.get('enabled')).toBe(false)
        store.close()
      }
      const store = open(home)
      expect(store.users.update(
        'u2',
        { disabled: true, cacheLimit: 3 },
      )).toMatchObject({ disabled: true, cacheLimit: 3 })
      expect(() => store.users.update('u1', { disabled: true })).toThrow(Sqlite.SqliteError)
      expect(store.users.delete('u2')).toBe(true)
      expect([store.caches.list().length, store.keys.list().length]).toEqual([1, 0])
    })

    // Red when database.ts runs a schema step outside a transaction.
    it('stays as it is where its last step towards settings as JSON fails', () => {
      const home = temporaryFolder()
      createOld(home)
      // The old table has already been dropped when renaming the new one fails in SQLite, because
      // this view is broken.
      within(home, old => old.exec('CREATE VIEW needs_ttl AS SELECT ttl FROM cache'))
      const rows = (): unknown => within(home, old => [
        old.prepare('SELECT * FROM cache ORDER BY rowid').all(),
        old.prepare('SELECT name FROM sqlite_schema WHERE name LIKE \'cache%\'').pluck().all(),
      ])
      const before = rows()
      expect(() => open(home)).toThrow(/003-cache-settings failed and changed nothing/)
      expect(rows()).toEqual(before)
      within(home, old => old.exec('DROP VIEW needs_ttl'))
      expect(open(home).caches.list().map(cache => cache.id)).toEqual(['c3', 'c2', 'c1'])
    })
  })

  // R18. Red when 004-sessions.sql drops or rewrites another table.
  it('a database of 003-cache-settings opens with everything in it, and keeps sessions from then on', () => {
    const home = temporaryFolder()
    const file = join(home, 'larder.db')
    const migrations = metadataMigrations.slice(0, 3)
    openDatabase({ file, applicationId: 0x4C52446D, migrations, clock: systemClock, logger: silentLogger }).close()
    within(home, old => old.exec(`
      INSERT INTO user VALUES ('u1', 'ada', 1, 1, 'scrypt$1$8$1$c2FsdA$aGFzaA', 1, 0, 7);
      INSERT INTO cache VALUES ('c1', 'u1', 'default', '{"ttl":60,"persistent":true}', 2);
      INSERT INTO api_key VALUES ('k1', 'u1', 'app', x'${'01'.repeat(32)}', NULL, NULL, '["read"]', NULL, '[]', 3, 4);
      INSERT INTO setting VALUES ('enabled', 'false');
    `))
    const rows = (): unknown => within(home, database =>
      ['user', 'cache', 'api_key', 'setting'].map(table => database.prepare(`SELECT * FROM ${table}`).all()))
    const before = rows()
    for (const round of ['migrated', 'opened again']) {
      const store = open(home)
      expect(store.sessions.list(), round).toEqual(round === 'migrated' ? [] : [aSession({ userId: 'u1' })])
      store.sessions.put(aSession({ userId: 'u1' }))
      store.close()
      expect(rows()).toEqual(before)
    }
    const copy = openDatabase({
      file: `${file}.before-004`,
      applicationId: 0x4C52446D,
      migrations,
      clock: systemClock,
      logger: silentLogger,
    })
    onTestFinished(() => void copy.close())
    expect(copy.prepare('SELECT name FROM user').pluck().all()).toEqual(['ada'])
  })

  // R18. Red when 005-connections.sql drops or rewrites another table.
  it('a database of 004-sessions opens with everything in it, and keeps connections from then on', () => {
    const home = temporaryFolder()
    const file = join(home, 'larder.db')
    const migrations = metadataMigrations.slice(0, 4)
    openDatabase({ file, applicationId: 0x4C52446D, migrations, clock: systemClock, logger: silentLogger }).close()
    within(home, old => old.exec(`
      INSERT INTO user VALUES ('u1', 'ada', 1, 1, 'scrypt$1$8$1$c2FsdA$aGFzaA', 1, 0, 7);
      INSERT INTO cache VALUES ('c1', 'u1', 'default', '{"ttl":60,"persistent":true}', 2);
      INSERT INTO api_key VALUES ('k1', 'u1', 'app', x'${'01'.repeat(32)}', NULL, NULL, '["read"]', NULL, '[]', 3, 4);
      INSERT INTO session VALUES ('${'s'.repeat(43)}', 'u1', 5);
      INSERT INTO setting VALUES ('enabled', 'false');
    `))
    const rows = (): unknown => within(home, database =>
      ['user', 'cache', 'api_key', 'session', 'setting'].map(table =>
        database.prepare(`SELECT * FROM ${table}`).all()))
    const before = rows()
    for (const round of ['migrated', 'opened again']) {
      const store = open(home)
      expect(store.connections.list(), round).toEqual(round === 'migrated' ? [] : [aConnection()])
      if (round === 'migrated')
        store.connections.insert(aConnection())
      store.close()
      expect(rows()).toEqual(before)
    }
    expect(existsSync(`${file}.before-005`)).toBe(true)
    expect(() => open(home).connections.insert(aConnection({ id: 'b', name: 'b', secretAccount: null })))
      .toThrow(Sqlite.SqliteError)
  })

  // Red when openCacheTable writes the parsed settings instead of the stored ones, or when toRecord
  // uses values without checking their schema.
  it('keeps settings that it does not know, and reads those that are missing as their initial values', () => {
    const home = temporaryFolder()
    const before = open(home)
    before.users.insert(aUser())
    before.caches.insert(aCache({ sliding: true, enabled: false }))
    before.close()
    const foreign = '{"ttl":60,"eviction":"arc","maxEntries":-1,"later":{"url":"redis://a"},"__proto__":[1]}'
    within(home, database => database.prepare('UPDATE cache SET settings = ?').run(foreign))
    const settings = (): unknown =>
      within(home, database => database.prepare('SELECT settings FROM cache').pluck().get())

    const warnings: unknown[] = []
    const store = openMetadata({ home, logger: { ...silentLogger, warn: (_, fields) => warnings.push(fields) } })
    onTestFinished(store.close)
    const initial = { ttl: 60, sliding: false, maxEntries: null, eviction: 'lfu', enabled: true } as const
    expect(store.caches.list()).toEqual([aCache(initial)])
    expect(warnings).toEqual([{ cache: 'cache1', setting: 'maxEntries' }, { cache: 'cache1', setting: 'eviction' }])
    expect(settings()).toBe(foreign)
    expect(store.caches.update('cache1', { persistent: true })).toEqual(aCache({ ...initial, persistent: true }))
    expect(settings()).toBe(foreign.replace(/\}$/, ',"persistent":true}'))
    expect(store.caches.update('cache1', { eviction: 'sieve' })).toMatchObject({ eviction: 'sieve' })
    expect(settings()).toContain('"eviction":"sieve","maxEntries":-1,"later":{"url":"redis://a"},"__proto__":[1]')
    expect(() =>
      store.caches.update('cache1', { ...JSON.parse('{"later":1}') as object })).toThrow('cache has no setting later')
  })

  // Red: in src/main/storage/disk-faults.ts let `isLocked` be false.
  it('refuses changes while another program has it locked, and keeps a switch for this run', async () => {
    const home = temporaryFolder()
    const health: (string | null)[] = []
    const onHealth = (failure: string | null): void => void health.push(failure)
    const store = openMetadata({ home, logger: silentLogger, onHealth, retryDelay: 10 })
    onTestFinished(() => store.close())
    const other = new Sqlite(join(home, 'larder.db'))
    onTestFinished(() => void other.close())
    other.exec('BEGIN IMMEDIATE')
    expect(() => store.settings.set('valueLimit', 1)).toThrow(expect.objectContaining({
      code: 'storage-full',
      status: 507,
      message: 'Another program has a database of Larder locked, so nothing was changed. '
        + 'Try again when it has let go of it.',
      forAdministrators: `Another program has ${home}/larder.db locked, so nothing was changed. `
        + 'End it, or what it does there, and try again.',
    }) as Error)
    expect(store.writeOrKeep('switch', () => store.settings.set('enabled', false))).toBe(false)
    expect([store.health(), health]).toEqual([
      'larder.db cannot be written: database is locked',
      ['database is locked'],
    ])
    other.exec('ROLLBACK')
    await vi.waitFor(() => expect(store.settings.get('enabled')).toBe(false), { timeout: patience })
    expect([store.health(), health.at(-1)]).toEqual(['ok', null])
  })

  it('drops the caches and keys of a user who goes', () => {
    const home = temporaryFolder()
    const store = open(home)
    store.users.insert(aUser())
    store.caches.insert(aCache())
    store.keys.insert(aKey())
    within(home, database => database.exec('DELETE FROM user'))
    expect([store.caches.list(), store.keys.list()]).toEqual([[], []])
  })
})

describe('database', () => {
  const initial: Migration = {
    name: '001-initial',
    sql: 'CREATE TABLE schema_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
  }
  const openWith = (file: string, ...migrations: Migration[]) => {
    const database = openDatabase({ file, applicationId: 1, migrations, clock: systemClock, logger: silentLogger })
    onTestFinished(() => void database.close())
    return database
  }

  it('keeps its pragmas after the first write and after a reopen (R4)', () => {
    // Red when declarePragmas leaves out synchronous: the library sets it to NORMAL (1) on the
    // first write.
    const file = join(temporaryFolder(), 'test.db')
    for (const round of ['first', 'reopened']) {
      const database = openWith(file, initial, { name: '002-table', sql: 'CREATE TABLE t (a)' })
      for (let write = 0; write < 2; write++) {
        database.exec('INSERT INTO t VALUES (1)')
        const found = [
          'journal_mode',
          'synchronous',
          'foreign_keys',
          'trusted_schema',
        ].map(name => database.pragma(name, { simple: true }))
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
    expect(database
      .prepare('SELECT number, name FROM schema_migration')
      .all()).toEqual([{ number: 1, name: '001-initial' }, { number: 2, name: '002-whole' }])
    expect(database
      .prepare('SELECT name FROM sqlite_schema WHERE name IN (\'half\', \'whole\')')
      .pluck()
      .all()).toEqual(['whole'])
  })

  it('refuses a newer schema, another one, and leaves the file as it is', () => {
    const file = join(temporaryFolder(), 'test.db')
    openWith(file, initial, { name: '002-newer', sql: 'CREATE TABLE newer (a)' }).close()
    const before = readFileSync(file)
    expect(() => openWith(file, initial)).toThrow(`${file} was written by a newer Larder (schema 2; this one knows 1)`)
    expect(() => openWith(file, initial, { name: '002-other', sql: '' })).toThrow(
      '002-newer, which this Larder does not know',
    )
    expect(readFileSync(file)).toEqual(before)
  })

  it.each([
    [
      'garbage',
      (file: string) => writeFileSync(file, 'this is no database at all, '.repeat(400)),
      /cannot be opened: file is not a database \(SQLITE_NOTADB\)/,
    ],
    [
      'somebody else\'s database',
      (file: string) => void new Sqlite(file).exec('CREATE TABLE theirs (a)').close(),
      /is not a test\.db of Larder/,
    ],
    [
      'another application id',
      (file: string) => void new Sqlite(file).exec('PRAGMA application_id = 7').close(),
      /is not a test\.db of Larder/,
    ],
  ])('refuses %s and leaves it as it is', (_, make, message) => {
    const file = join(temporaryFolder(), 'test.db')
    make(file)
    const before = readFileSync(file)
    expect(() => openWith(file, initial)).toThrow(message)
    expect(readFileSync(file)).toEqual(before)
  })
})
