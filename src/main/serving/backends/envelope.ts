import type { KeptEntry } from './kept-entry'
import { Buffer } from 'node:buffer'
import { ContentType, Tag } from '@shared/entries'
import { entryKinds } from '@shared/entry-kinds'
import { LarderError } from '@shared/errors'
import { z } from 'zod'

/**
 * An entry as bytes: eight that say what this is, four with the length of the head (big-endian),
 * the head as JSON, and the value. Times in the head are milliseconds of the wall clock; null =
 * never.
 */
const magic = Buffer.from('Larder\0\x01', 'latin1')
const lengthBytes = 4
/** Far more than 16 tags and a content type take. */
const longestHead = 64 * 1024

const Time = z.number().min(0).max(Number.MAX_SAFE_INTEGER)
const HeadSchema = z.object({
  contentType: ContentType,
  tags: z.array(Tag),
  kind: z.enum(entryKinds),
  flags: z.int().min(0).max(2 ** 32 - 1),
  version: z.int().positive(),
  storedAt: Time,
  /** Milliseconds that the entry was given. */
  ttl: Time.nullable(),
  freshUntil: Time.nullable(),
  /** Milliseconds past `freshUntil`. */
  grace: Time,
  /** The grace that it was given, if a soft invalidation has lengthened it. */
  givenGrace: Time.optional(),
})
type Head = z.output<typeof HeadSchema>

/** @param now milliseconds of the wall clock */
export function sealEnvelope(entry: KeptEntry, now: number): Buffer {
  const { value, contentType, tags, kind, flags, version, age, ttl, givenTtl, grace, givenGrace } = entry
  const head: Head = {
    contentType,
    tags: [...tags],
    kind,
    flags,
    version,
    storedAt: Math.max(0, now - age * 1000),
    ttl: givenTtl === null ? null : givenTtl * 1000,
    freshUntil: ttl === null ? null : Math.max(0, now + ttl * 1000),
    grace: grace * 1000,
    ...givenGrace !== grace && { givenGrace: givenGrace * 1000 },
  }
  const text = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(text.length)
  return Buffer.concat([magic, length, text, value])
}

/**
 * The entry; undefined if it is past its grace. Its value shares the memory of the bytes. Throws
 * LarderError `source-failed` if this is none of ours.
 *
 * @param connection its name, for the sentence
 */
export function openEnvelope(bytes: Buffer, now: number, connection: string): KeptEntry | undefined {
  const start = magic.length + lengthBytes
  const length = bytes.length >= start && bytes.subarray(0, magic.length).equals(magic)
    ? bytes.readUInt32BE(magic.length)
    : Infinity
  const isWhole = length <= Math.min(longestHead, bytes.length - start)
  const head = isWhole ? readHead(bytes.toString('utf8', start, start + length)) : undefined
  if (head === undefined)
    throw notOurs(connection)
  const { storedAt, ttl: given, freshUntil, grace, givenGrace = grace, ...rest } = head
  const left = freshUntil === null ? null : leftOf(freshUntil, given, now)
  if (left !== null && left + grace <= 0)
    return undefined
  return {
    ...rest,
    value: bytes.subarray(start + length),
    age: Math.max(0, now - storedAt) / 1000,
    ttl: left === null ? null : left / 1000,
    givenTtl: given === null ? null : given / 1000,
    grace: grace / 1000,
    givenGrace: givenGrace / 1000,
  }
}

/** Never more than was given: the clock of whoever wrote it may be ahead. */
function leftOf(freshUntil: number, given: number | null, now: number): number {
  return Math.min(freshUntil - now, given ?? Infinity)
}

function readHead(text: string): Head | undefined {
  try {
    return HeadSchema.parse(JSON.parse(text))
  }
  catch {
    return undefined
  }
}

function notOurs(connection: string): LarderError {
  return new LarderError('source-failed', `What the backend ${connection} has under this key is no entry of Larder.`)
}
