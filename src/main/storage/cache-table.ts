import type { CacheSettings } from '@shared/cache-settings'
import type { Database } from 'better-sqlite3'
import type { Logger } from '../base/logger'
import type { CacheRecord, MetadataStore } from '../base/metadata'
import { initialSettings, settingRows } from '@shared/cache-settings'
import { mapRows, rowOf } from '@shared/rows'
import { createTable, jsonColumn, plainColumn, timeColumn } from './table'

/** Settings by name as stored in the column, including those of another version. */
type Stored = Readonly<Record<string, unknown>>

/**
 * The caches, with their settings in one column. A setting that this version does not know stays
 * unchanged. A setting that is missing, or has a value that this version does not know, reads as
 * its initial value, and the stored value stays unchanged until the setting is changed.
 */
export function openCacheTable(database: Database, logger: Logger): MetadataStore['caches'] {
  const table = createTable<Omit<CacheRecord, keyof CacheSettings> & { settings: Stored }>(database, 'cache', {
    id: plainColumn('id'),
    userId: plainColumn('user_id'),
    name: plainColumn('name'),
    settings: jsonColumn('settings'),
    createdAt: timeColumn('created_at'),
  })

  function toRecord({ settings, ...rest }: ReturnType<typeof table.list>[number]): CacheRecord {
    const known = mapRows(settingRows, ({ schema }, setting) => {
      if (!Object.hasOwn(settings, setting))
        return initialSettings[setting]
      const { success, data } = schema.safeParse(settings[setting])
      if (!success)
        logger.warn('a setting of a cache has a value of another version', { cache: rest.id, setting })
      return success ? data : initialSettings[setting]
    })
    return { ...rest, ...known as CacheSettings }
  }

  return {
    list: () => table.list().map(toRecord),
    insert: ({ id, userId, name, createdAt, ...settings }) =>
      table.insert({ id, userId, name, settings: withChange({}, settings), createdAt }),
    update(id, { name, ...change }) {
      const before = table.get(id)
      const after = before && table.update(id, { name, settings: withChange(before.settings, change) })
      return after && toRecord(after)
    },
    delete: table.delete,
  }
}

/**
 * Values that are undefined are not changes. Throws for unknown settings, and for invalid values.
 */
function withChange(stored: Stored, change: Partial<CacheSettings>): Stored {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  const checked = given.map(([name, value]) => {
    const row = rowOf(settingRows, name)
    if (!row)
      throw new TypeError(`cache has no setting ${name}`)
    return [name, row.schema.parse(value)] as const
  })
  return { ...stored, ...Object.fromEntries(checked) }
}
