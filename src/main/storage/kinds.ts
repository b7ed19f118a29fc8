import type { DatabaseKind } from './damage'
import { entryMigrations, metadataMigrations } from './migrations'

/** `larder.db`; its id is `LRDm`. */
export const metadataKind: DatabaseKind = { applicationId: 0x4C52446D, table: 'user', migrations: metadataMigrations }

/** `entries.db`; its id is `LRDe`. */
export const entryKind: DatabaseKind = { applicationId: 0x4C524465, table: 'entry', migrations: entryMigrations }
