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
const Settings = z.strictObject(creationSchemas)

/**
 * A record would not have caches of names such as __proto__, so they come as pairs of a name and
 * its settings.
 */
function readCaches(
  given: unknown,
  { addIssue }: { addIssue: (issue: z.core.$ZodRawIssue) => void },
): Record<string, z.output<typeof Settings>> {
  if (!Array.isArray(given)) {
    addIssue({ code: 'custom', input: given, message: 'must be an object with the settings of each cache' })
    return {}
  }
  return Object.fromEntries((given as [string, unknown][]).flatMap(([name, raw]) => {
    const { success, data, error } = Settings.safeParse(raw)
    const issues = [...CacheName.safeParse(name).error?.issues ?? [], ...error?.issues ?? []]
    issues.forEach(issue => addIssue({ ...issue, input: raw, path: [name, ...issue.path] } as z.core.$ZodRawIssue))
    return success ? [[name, data]] : []
  }))
}

export const SnapshotHeader = z.strictObject({
  ...SnapshotMark.shape,
  caches: z.unknown().transform(readCaches),
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
