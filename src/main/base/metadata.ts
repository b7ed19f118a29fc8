import type { CacheSettings } from '@shared/cache-settings'
import type { FieldValues } from '@shared/connections/driver'

export interface UserRecord {
  id: string
  name: string
  owner: boolean
  admin: boolean
  /**
   * `scrypt$N$r$p$salt$hash`, base64url; null = no password, so the user cannot sign in with one.
   */
  passwordHash: string | null
  /** The user cannot sign in, but their data stays. Never true for the owner. */
  disabled: boolean
  /** Caches that the user may have. */
  cacheLimit: number
  createdAt: number
}

/** The fields of a user that may be changed. */
export type UserChange = Partial<Pick<UserRecord, 'name' | 'passwordHash' | 'admin' | 'disabled' | 'cacheLimit'>>

export interface CacheRecord extends CacheSettings {
  id: string
  userId: string
  name: string
  createdAt: number
}

/** The fields of a cache that may be changed. */
type CacheChange = Partial<CacheSettings & Pick<CacheRecord, 'name'>>

export interface KeyRecord {
  id: string
  userId: string
  label: string
  /** SHA-256 of the whole key, 32 bytes. */
  digest: Buffer
  /** The digest before the last rotation, valid until `previousExpiresAt`. */
  previousDigest: Buffer | null
  previousExpiresAt: number | null
  scopes: ('read' | 'write' | 'admin')[]
  caches: string[] | null
  origins: string[]
  createdAt: number
  lastUsedAt: number | null
}

/** A session of a user who signed in. */
export interface SessionRecord {
  /** SHA-256 of the token, base64url. */
  id: string
  userId: string
  /** When it ends unless it is used until then. */
  idleUntil: number
}

/** A connection to another server; its secrets are in the vault. */
export interface ConnectionRecord {
  id: string
  name: string
  /** That of another version may be one that this version does not know. */
  driver: string
  /** Without secrets. */
  fields: FieldValues
  /** The fields that the vault has. */
  secretFields: readonly string[]
  /** Where the vault has them; null if there are none. */
  secretAccount: string | null
  /** Whether users who are not administrators may choose it. */
  offered: boolean
  createdAt: number
}

/** The fields of a connection that may be changed. */
type ConnectionChange = Partial<Pick<ConnectionRecord, 'fields' | 'secretFields' | 'secretAccount' | 'offered'>>

/**
 * Port to the metadata that survives a restart. Implemented over SQLite in `storage/`. Every write
 * is durable when the call returns; if the disk takes no write, it throws LarderError
 * `storage-full` and changes nothing. Times are milliseconds since the Unix epoch.
 */
export interface MetadataStore {
  users: {
    list: () => UserRecord[]
    /** Throws LarderError `name-taken`. */
    insert: (user: UserRecord) => void
    /** Throws LarderError `name-taken`. Returns the changed record, undefined if there is none. */
    update: (id: string, change: UserChange) => UserRecord | undefined
    /** Also deletes the user's caches, keys and sessions. */
    delete: (id: string) => boolean
  }
  caches: {
    list: () => CacheRecord[]
    /** Throws LarderError `name-taken` if the user has a cache of this name. */
    insert: (cache: CacheRecord) => void
    /** Throws LarderError `name-taken` if the user has another cache of this name. */
    update: (id: string, change: CacheChange) => CacheRecord | undefined
    delete: (id: string) => boolean
  }
  keys: {
    list: () => KeyRecord[]
    insert: (key: KeyRecord) => void
    update: (id: string, change: Partial<Omit<KeyRecord, 'id' | 'userId' | 'createdAt'>>) => KeyRecord | undefined
    delete: (id: string) => boolean
    /** Deletes all keys of a user. */
    deleteOf: (userId: string) => void
  }
  connections: {
    list: () => ConnectionRecord[]
    /** Throws LarderError `name-taken`. */
    insert: (connection: ConnectionRecord) => void
    update: (id: string, change: ConnectionChange) => ConnectionRecord | undefined
    delete: (id: string) => boolean
  }
  sessions: {
    /** Ordered by their end. */
    list: () => SessionRecord[]
    /** Inserts the session, or gives it another end. */
    put: (session: SessionRecord) => void
    delete: (id: string) => boolean
  }
  settings: {
    /** The parsed JSON value, undefined if it was never set. */
    get: (name: string) => unknown
    set: (name: string, value: unknown) => void
  }
  /** Runs `work` in a transaction: all of it or nothing takes effect. */
  transaction: <T>(work: () => T) => T
  /**
   * Like `transaction`, but if the disk takes no write, the work is kept and runs as soon as the
   * disk does: before any later write, and only the latest work of each name. Returns whether it
   * was written now.
   */
  writeOrKeep: (name: string, work: () => void) => boolean
  /** For `/readyz`: `ok`, or a sentence that says what is wrong. */
  health: () => string
  close: () => void
}
