import { z } from 'zod'
import { IsoMoment } from './moment'
import { pathName } from './path-name'
import { CacheName } from './schemas'
import './without-eval'

/** Names that Windows gives to devices, whatever stands after a dot. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

export const SnapshotName = pathName()
  .refine(name => !devices.test(name), 'must be another name: Windows keeps this one for a device')
  .meta({ description: 'Name of the snapshot, unique per user.', examples: ['before-release'] })

export const SnapshotInfo = z.strictObject({
  name: SnapshotName,
  bytes: z.int().meta({ description: 'Size of its file.' }),
  savedAt: IsoMoment,
  caches: CacheName.array().meta({ description: 'The caches that it has, by name.' }),
  fault: z.string().nullable().meta({
    description: 'Why it cannot be loaded, as a sentence; null if its first line is sound.',
  }),
})
export type SnapshotInfo = z.output<typeof SnapshotInfo>

export const SnapshotSave = z.strictObject({
  name: SnapshotName,
  cache: CacheName.optional().meta({ description: 'Only this cache. By default all that keep their entries here.' }),
  replace: z.boolean().default(false).meta({ description: 'Take the place of a snapshot that has this name.' }),
})
export const SnapshotSelect = z.strictObject({ name: SnapshotName })

/** What becomes of entries that are there and are not in what is loaded. */
export const loadModes = ['merge', 'replace'] as const
export type LoadMode = typeof loadModes[number]
const mode = z.enum(loadModes, `must be ${loadModes.join(' or ')}`).default('merge').meta({
  description: 'merge: entries with other keys stay. replace: they go, once everything has been loaded.',
})
const dryRun = z.boolean().default(false).meta({
  description: 'Only says what would happen: the job is a plan, and its outcome counts.',
})
export const loading = { mode, dryRun }

export const SnapshotLoad = z.strictObject({
  name: SnapshotName,
  cache: CacheName.optional().meta({ description: 'Only what it has of this cache. By default all of it.' }),
  ...loading,
})
export const SnapshotDiff = z.strictObject({
  a: SnapshotName.meta({ description: 'The earlier snapshot; its lines begin with -.' }),
  b: SnapshotName.meta({ description: 'The later snapshot; its lines begin with +.' }),
  times: z.boolean().default(false).meta({
    description: 'Whether entries differ of whose lives only another rest is left. By default they are the same.',
  }),
})
export const SnapshotRead = z.strictObject({
  name: SnapshotName,
  from: z.int().min(0, 'must be 0 or more').default(0).meta({ description: 'Bytes of the file to skip.' }),
})
