import { z } from 'zod'
import { isKey } from './entry-key'
import { entryKinds } from './entry-kinds'
import { grouped } from './grouped'
import { limits } from './limits'
import { IsoMoment } from './moment'
import { TtlInput } from './ttl'
import { orTimeText } from './written'
import './without-eval'

/**
 * Text in JSON that represents bytes: `"\udcff"` is the byte FF if it is not part of a character.
 */
export const ByteText = z.string()
  .refine(isKey, 'must be well-formed Unicode, but for \\udc80 to \\udcff, which stand for bytes that are none')
/** An entry key in JSON: 1 to 1,024 bytes (the length is checked by the engine's edge). */
export const EntryKey = ByteText.min(1, 'must not be empty')
export const Tag = z.string().min(1, 'must not be empty').refine(t => t.isWellFormed(), 'must be well-formed Unicode')
/** The rule that `isContentType` checks, as a message. */
export const contentTypeRule = `must be visible ASCII as in a header field, at most ${limits.contentType} bytes`

/**
 * Whether a content type can be sent as a header field (RFC 9110 §5.5), however it was received:
 * visible ASCII with spaces and tabs in between. Whether it names a media type is up to the sender.
 */
export function isContentType(text: string): boolean {
  return text.length <= limits.contentType && /^[\x21-\x7E]+(?:[ \t]+[\x21-\x7E]+)*$/.test(text)
}
export const ContentType = z.string().refine(isContentType, contentTypeRule)
/** A content type that a setting names: a media type (RFC 9110 §8.3.1), maybe with parameters. */
export const SettableMediaType = ContentType.regex(
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:\s*;.*)?$/,
  'must be a media type such as application/json',
)
/** Bytes in JSON. */
export const Bytes = z.union(
  [z.strictObject({ text: ByteText }), z.strictObject({ base64: z.base64() })],
  'must be {"text": …} or {"base64": …}',
)

const Grace = z.number('must be a time in seconds')
  .min(0, 'must be 0 or more')
  .max(limits.ttl, `must be at most ${grouped(limits.ttl)} seconds`)
  .meta({ description: 'Seconds past the TTL for which the entry may still be served stale.' })

/** What a peek tells besides what a read does. Times in seconds. */
const peeked = {
  age: z.number(),
  ttl: z.number().nullable().meta({ description: 'Seconds left; below 0 = stale for so long; null = no expiry.' }),
  givenTtl: z.number().nullable().meta({ description: 'The TTL that was last given; null = none.' }),
  grace: Grace,
  givenGrace: Grace.meta({ description: 'The grace that was last given, which a new TTL starts again.' }),
  tags: z.string().array(),
}

/** The TTL of an entry that is stored: 0 = stale from the start, so that only its grace is left. */
const StoredTtl = z.union([
  orTimeText(TtlInput),
  z.literal(0),
  z.number().negative().min(-limits.ttl).meta({
    description: 'Stale for so long, as `peek` tells it. Comes with `givenTtl` and a grace that is longer.',
  }),
  z.literal('keep').meta({ description: 'TTL and grace of the entry that is replaced go on.' }),
])

const life = {
  grace: orTimeText(Grace).optional(),
  tags: z.array(Tag).max(limits.tags).optional(),
}
/** What a `set` stores. */
export const stored = {
  key: EntryKey,
  value: Bytes,
  contentType: ContentType.optional(),
  ttl: StoredTtl.optional(),
  givenTtl: z.union([orTimeText(TtlInput), z.literal(0)]).optional().meta({
    description: 'The TTL that a sliding restart gives again, where `ttl` is what is left of it. By default `ttl`.',
  }),
  givenGrace: orTimeText(Grace).optional().meta({
    description: 'The grace that a new TTL starts again, where `grace` is what is left of it. By default `grace`.',
  }),
  ...life,
}

const exactNumber = 'must be a whole number that JSON holds exactly, from -9,007,199,254,740,991 to '
  + '9,007,199,254,740,991; ?op=increment&by= of the entry takes 64 bits'

/**
 * One step of a batch; `add` is a set that applies only if there is no fresh entry, `ifMatch` is
 * compare-and-set.
 */
export const BatchOperation = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('get'), key: EntryKey }),
  z.strictObject({ op: z.literal('peek'), key: EntryKey }),
  z.strictObject({ op: z.literal('set'), ...stored, ifMatch: z.string().optional() }),
  z.strictObject({ op: z.literal('add'), ...stored }),
  z.strictObject({ op: z.literal('delete'), key: EntryKey }),
  z.strictObject({ op: z.literal('touch'), key: EntryKey, ttl: orTimeText(TtlInput) }),
  z.strictObject({
    op: z.literal('increment'),
    key: EntryKey,
    by: z.int(exactNumber).default(1),
    ttl: orTimeText(TtlInput).optional(),
    ...life,
  }),
])
export const Batch = batchOf(BatchOperation)
/** A batch whose operations have yet to be checked, one by one. */
export const BatchFrame = batchOf(z.unknown())

function batchOf<S extends z.ZodType>(operation: S) {
  return z.strictObject({
    operations: z.array(operation).min(1, 'must name at least one operation').max(limits.batchOperations),
    atomic: z.boolean().default(false),
  })
}

/** The result of one step, with the status that the same request alone would have received. */
export const BatchResult = z.strictObject({
  status: z.int(),
  value: Bytes.optional(),
  contentType: z.string().optional(),
  /** Of what is not bytes. */
  kind: z.enum(entryKinds).optional(),
  etag: z.string().optional(),
  number: z.string().optional(),
  reason: z.string().optional(),
  ...z.strictObject(peeked).partial().shape,
})
export const BatchAnswer = z.strictObject({ results: BatchResult.array() })

/** What a page can be sorted by, and how; the first is the default. */
export const entrySorts = ['key', 'size', 'ttl', 'hits', 'age'] as const
export const entryOrders = ['asc', 'desc'] as const
export type EntrySort = typeof entrySorts[number]
export type EntryOrder = typeof entryOrders[number]

/** Metadata of an entry, as listed in pages. */
export const EntryInfo = z.strictObject({
  key: z.string(),
  bytes: z.int(),
  contentType: z.string(),
  etag: z.string(),
  tags: z.string().array(),
  age: z.number(),
  ttl: z.number().nullable(),
  grace: Grace,
  state: z.enum(['fresh', 'stale']),
  hits: z.int(),
})
export const EntryPage = z.strictObject({
  total: z.int().meta({ description: 'Entries that match, at all depths.' }),
  rows: z.int().meta({ description: 'Rows of this level: folders and entries.' }),
  folders: z.strictObject({ prefix: z.string(), entries: z.int() }).array(),
  entries: EntryInfo.array(),
  cursor: z.string().nullable(),
  asOf: IsoMoment.meta({ description: 'When this was so; a deletion as of it leaves alone what was stored since.' }),
})

/** What clients pass and receive; defaults may be left out. */
export type BatchInput = z.input<typeof Batch>
export type BatchAnswer = z.output<typeof BatchAnswer>
export type EntryInfo = z.output<typeof EntryInfo>
export type EntryPage = z.output<typeof EntryPage>
