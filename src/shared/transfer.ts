import { z } from 'zod'
import { creationSchemas } from './cache-settings'
import { Bytes, ByteText, stored } from './entries'
import { entryKinds } from './entry-kinds'
import { namesOf } from './rows'
import { CacheName } from './schemas'
import './without-eval'

/** The version of the form of snapshots that this Larder writes, and the newest that it reads. */
export const snapshotSchema = 1

/** The first line of a snapshot, as far as every version of it has it. */
export const SnapshotMark = z.looseObject({
  larder: z.literal('snapshot', 'must be snapshot: the first line of a snapshot is its header'),
  schema: z.int('must be a whole number').min(1, 'must be 1 or more'),
})
export const SnapshotHeader = z.strictObject({
  ...SnapshotMark.shape,
  caches: z.record(CacheName, z.strictObject(creationSchemas)).meta({ description: 'The settings of each cache.' }),
})
export type SnapshotHeader = z.output<typeof SnapshotHeader>
export type SnapshotCache = SnapshotHeader['caches'][string]

/** An entry of a snapshot or of another file: a `set` of a batch, with what HTTP cannot store. */
export const TransferredEntry = z.strictObject({
  /** Whoever reads it compares it with the names in the header, which have been checked. */
  cache: z.string().optional(),
  ...stored,
  value: z.union([...Bytes.options, ByteText], 'must be a text, {"text": …} or {"base64": …}'),
  kind: z.enum(entryKinds, `must be one of ${entryKinds.join(', ')}`).optional(),
  flags: z.int('must be a whole number').min(0, 'must be 0 or more')
    .max(0xFFFF_FFFF, 'must be at most 4,294,967,295').optional(),
})

/** Columns of a table of entries, in their order. */
export const tableColumns = ['key', 'keyBase64', 'value', 'base64', 'contentType', 'ttl', 'grace', 'tags'] as const
export const settingOrder = namesOf(creationSchemas)
