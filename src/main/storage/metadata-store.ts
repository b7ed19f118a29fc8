import type { Database } from 'better-sqlite3'
import type { RealClock } from '../base/clock'
import type { Logger } from '../base/logger'
import type { ConnectionRecord, KeyRecord, MetadataStore, UserRecord } from '../base/metadata'
import type { Columns } from './table'
import { join } from 'node:path'
import { LarderError, messageOf } from '@shared/errors'
import Sqlite from 'better-sqlite3'
import { systemClock } from '../base/clock'
import { openCacheTable } from './cache-table'
import { openDatabase } from './database'
import { createGuardedWrites } from './guarded-writes'
import { metadataKind } from './kinds'
import { metadataMigrations } from './migrations'
import { openSessionTable } from './session-table'
import { createTable, flagColumn, jsonColumn, listColumn, plainColumn, timeColumn } from './table'

interface MetadataOptions {
  /** Absolute data folder; the database is `larder.db` in it. */
  home: string
  clock?: RealClock
  logger: Logger
  /** Gets the reason when the disk starts to refuse writes, and null when it takes them again. */
  onHealth?: (failure: string | null) => void
  /** Milliseconds between two attempts to write again. @default 2000 */
  retryDelay?: number
}

/** Milliseconds that a write waits for another program to let go of the database. */
const lockPatience = 100

const userColumns: Columns<UserRecord> = {
  id: plainColumn('id'),
  name: plainColumn('name'),
  owner: flagColumn('owner'),
  admin: flagColumn('admin'),
  passwordHash: plainColumn('password_hash'),
  disabled: flagColumn('disabled'),
  cacheLimit: plainColumn('cache_limit'),
  createdAt: timeColumn('created_at'),
}

const keyColumns: Columns<KeyRecord> = {
  id: plainColumn('id'),
  userId: plainColumn('user_id'),
  label: plainColumn('label'),
  digest: plainColumn('digest'),
  previousDigest: plainColumn('previous_digest'),
  previousExpiresAt: timeColumn('previous_expires_at'),
  scopes: listColumn('scopes'),
  caches: listColumn('caches'),
  origins: listColumn('origins'),
  createdAt: timeColumn('created_at'),
  lastUsedAt: timeColumn('last_used_at'),
}

const connectionColumns: Columns<ConnectionRecord> = {
  id: plainColumn('id'),
  name: plainColumn('name'),
  driver: plainColumn('driver'),
  fields: jsonColumn('fields'),
  secretFields: listColumn('secret_fields'),
  secretAccount: plainColumn('secret_account'),
  offered: flagColumn('offered'),
  createdAt: timeColumn('created_at'),
}

/** The metadata in SQLite. Throws what `openDatabase` throws. */
export function openMetadata(options: MetadataOptions): MetadataStore {
  const { home, clock = systemClock, logger, onHealth = () => {}, retryDelay = 2000 } = options
  const database = openDatabase({
    file: join(home, 'larder.db'),
    applicationId: metadataKind.applicationId,
    migrations: metadataMigrations,
    clock,
    logger,
  })
  // Every request waits as long as a write does. The start may wait longer, for a server that ends.
  database.pragma(`busy_timeout = ${lockPatience}`)
  const guarded = createGuardedWrites({ database, home, logger, onHealth, retryDelay })
  const { write, revoke } = guarded
  const users = createTable(database, 'user', userColumns)
  const caches = openCacheTable(database, logger)
  const keys = createTable(database, 'api_key', keyColumns)
  const connections = createTable(database, 'connection', connectionColumns)
  const sessions = openSessionTable(database)
  const deleteKeysOf = database.prepare('DELETE FROM api_key WHERE user_id = ?')
  const cacheName = (name: string): string => `There is a cache called ${name} already.`
  const connectionName = (name: string): string => `There is a connection called ${name} already.`
  const userName = (name: string): string => `There is a user called ${name} already.`

  return {
    users: {
      list: users.list,
      insert: user => unlessTaken('user.name', userName(user.name), () => write(() => users.insert(user))),
      update: (id, change) =>
        unlessTaken('user.name', userName(change.name ?? ''), () => revoke(() => users.update(id, change))),
      delete: id => revoke(() => users.delete(id)),
    },
    caches: {
      list: caches.list,
      insert: cache =>
        unlessTaken('cache.name', cacheName(cache.name), () => write(() => caches.insert(cache))),
      update: (id, change) =>
        unlessTaken('cache.name', cacheName(change.name ?? ''), () => write(() => caches.update(id, change))),
      delete: id => write(() => caches.delete(id)),
    },
    keys: {
      list: keys.list,
      insert: key => write(() => keys.insert(key)),
      update: (id, change) => (isUse(change) ? write : revoke)(() => keys.update(id, change)),
      delete: id => revoke(() => keys.delete(id)),
      deleteOf: userId => void revoke(() => deleteKeysOf.run(userId)),
    },
    connections: {
      list: connections.list,
      insert: connection =>
        unlessTaken('connection.name', connectionName(connection.name), () =>
          write(() => connections.insert(connection))),
      update: (id, change) => write(() => connections.update(id, change)),
      delete: id => write(() => connections.delete(id)),
    },
    sessions: {
      list: sessions.list,
      put: session => write(() => sessions.put(session)),
      delete: id => revoke(() => sessions.delete(id)),
    },
    settings: openSettings(database, revoke),
    transaction: write,
    writeOrKeep: guarded.writeOrKeep,
    health: () => healthOf(database, guarded.failure),
    close() {
      if (!database.open)
        return
      guarded.dispose()
      database.close()
    },
  }
}

/** Whether a change of a key only says when it was used. */
function isUse(change: Partial<KeyRecord>): boolean {
  return Object.keys(change).every(field => field === 'lastUsedAt')
}

function openSettings(
  database: Database,
  guarded: MetadataStore['transaction'],
): MetadataStore['settings'] {
  const read = database.prepare<[string], string>('SELECT value FROM setting WHERE name = ?').pluck()
  const write = database.prepare(
    'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  return {
    get(name) {
      const text = read.get(name)
      return text === undefined ? undefined : JSON.parse(text) as unknown
    },
    set(name, value) {
      const text = JSON.stringify(value) as string | undefined
      if (text === undefined)
        throw new TypeError(`The setting ${name} has no value that JSON can hold`)
      guarded(() => write.run(name, text))
    },
  }
}

/**
 * Runs a write; a violation of the UNIQUE constraint on `column` becomes `name-taken`. The
 * constraint decides, not an earlier lookup.
 */
function unlessTaken<T>(column: string, detail: string, write: () => T): T {
  try {
    return write()
  }
  catch (error) {
    if (error instanceof Sqlite.SqliteError
      && error.code === 'SQLITE_CONSTRAINT_UNIQUE'
      && error.message.endsWith(column)) {
      throw new LarderError('name-taken', detail, { cause: error })
    }
    throw error
  }
}

function healthOf(database: Database, failure: string | null): string {
  if (!database.open)
    return 'larder.db is closed'
  if (failure !== null)
    return `larder.db cannot be written: ${failure}`
  try {
    database.prepare('SELECT number FROM schema_migration LIMIT 1').get()
    return 'ok'
  }
  catch (error) {
    return `larder.db cannot be read: ${messageOf(error)}`
  }
}
