import type { BackendSettings } from '@shared/backend-settings'
import type { Clock } from '../../base/clock'
import type { StoredBytes } from './backend'
import type { KeptEntry } from './kept-entry'
import { createHash, randomInt } from 'node:crypto'
import { LarderError } from '@shared/errors'
import { openEnvelope, sealEnvelope } from './envelope'

/** How entries are written at a backend. */
export interface EntryFormat {
  /** Throws LarderError `not-here` for an entry that the format cannot keep as it is. */
  write: (entry: KeptEntry) => StoredBytes
  /**
   * Undefined if the time of the entry is over. Throws LarderError `source-failed` if it is no
   * entry of Larder.
   */
  read: (stored: StoredBytes) => KeptEntry | undefined
  /** The content type of an entry that is given this one. */
  typeOf: (given: string | undefined) => string
  /** The version of an entry with this value that is written now. */
  versionOf: (value: Buffer) => number
  /** Whether more is kept than bytes and a TTL. */
  whole: boolean
}

export function createFormat(settings: BackendSettings, clock: Clock): EntryFormat {
  return settings.format === 'raw' ? createRaw(settings) : createEnveloped(settings, clock)
}

/** All that belongs to an entry, beside its bytes. Its times are those of the wall clock. */
function createEnveloped({ connection }: BackendSettings, clock: Clock): EntryFormat {
  let newest = 0
  return {
    whole: true,
    write(entry) {
      const { ttl, grace } = entry
      return { bytes: sealEnvelope(entry, clock.wall()), life: ttl === null ? null : Math.max(0, ttl + grace) }
    },
    read: ({ bytes }) => openEnvelope(bytes, clock.wall(), connection),
    typeOf: given => given ?? 'application/octet-stream',
    /** Others write at the same moment too, so the lower bits are random. */
    versionOf() {
      newest = Math.max(newest + 1, Math.floor(clock.wall()) * 1024 + randomInt(1024))
      return newest
    },
  }
}

/** The bytes alone, and the server's own TTL. */
function createRaw({ contentType }: BackendSettings): EntryFormat {
  return {
    whole: false,
    write({ value, ttl, grace, tags, kind, flags }) {
      if (tags.length > 0 || kind !== 'bytes' || flags !== 0 || grace > 0 || (ttl !== null && ttl <= 0))
        throw needsEnvelope('Tags, flags, grace, and entries that are stale from the start')
      return { bytes: value, life: ttl }
    },
    read: ({ bytes, life }) => ({
      value: bytes,
      contentType,
      tags: [],
      kind: 'bytes',
      flags: 0,
      version: versionOfBytes(bytes),
      age: 0,
      ttl: life,
      givenTtl: life,
      grace: 0,
      givenGrace: 0,
    }),
    // Nothing there says which it was given, so that each reader gets the same.
    typeOf: () => contentType,
    versionOf: versionOfBytes,
  }
}

/** @param what the subject of the sentence */
export function needsEnvelope(what: string): LarderError {
  return new LarderError('not-here', `${what} need a backend with the format envelope.`)
}

/**
 * A version for bytes without one, from the bytes, above all that the engine gives. Few upper
 * halves, because the engine keeps each of them once: 256.
 */
function versionOfBytes(value: Buffer): number {
  return 2 ** 52 + createHash('sha256').update(value).digest().readUIntBE(0, 5)
}
