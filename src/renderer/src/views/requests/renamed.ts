import type { EventPayload } from '@shared/events'
import type { RequestRecord } from '@shared/schemas'

type Renaming = EventPayload<'cache.renamed'>

/** Gives the records of a cache that was renamed its new name, as the log of the server does. */
interface Renamings {
  note: (renaming: Renaming) => void
  /** What was on its way while a cache was renamed may have its former name. */
  through: (read: () => Promise<RequestRecord[]>) => Promise<RequestRecord[]>
}

export function createRenamings(): Renamings {
  const known: Renaming[] = []

  return {
    note: renaming => void known.push(renaming),
    async through(read) {
      const before = known.length
      const records = await read()
      return known.slice(before).reduce((renamed, renaming) => renamed.map(underNewName(renaming)), records)
    },
  }
}

export function underNewName(renaming: Renaming): (record: RequestRecord) => RequestRecord {
  const { from, cache } = renaming
  return record => record.cache === from ? { ...record, cache } : record
}
