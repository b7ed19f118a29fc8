import entriesInitial from './entries/001-initial.sql?raw'
import entriesKinds from './entries/002-kinds.sql?raw'
import entriesGrace from './entries/003-grace.sql?raw'
import metadataInitial from './metadata/001-initial.sql?raw'
import metadataUsers from './metadata/002-users.sql?raw'
import metadataCacheSettings from './metadata/003-cache-settings.sql?raw'
import metadataSessions from './metadata/004-sessions.sql?raw'
import metadataConnections from './metadata/005-connections.sql?raw'
import metadataOffered from './metadata/006-offered-connections.sql?raw'

/**
 * One step of a schema. Its number is its position in the list, from 1; neither its name nor its
 * position ever changes after a release.
 */
export interface Migration {
  name: string
  sql: string
  /**
   * For a step that was in use with another text: what `sql` does if `when` finds a row, so that
   * the schema becomes that of the present text.
   */
  mend?: { when: string, sql: string }
}

export const metadataMigrations: readonly Migration[] = [
  { name: '001-initial', sql: metadataInitial },
  { name: '002-users', sql: metadataUsers },
  { name: '003-cache-settings', sql: metadataCacheSettings },
  { name: '004-sessions', sql: metadataSessions },
  {
    name: '005-connections',
    sql: metadataConnections,
    mend: {
      when: 'SELECT 1 FROM pragma_table_info(\'connection\') WHERE name = \'field_values\'',
      sql: 'ALTER TABLE connection RENAME COLUMN field_values TO fields',
    },
  },
  { name: '006-offered-connections', sql: metadataOffered },
]

export const entryMigrations: readonly Migration[] = [
  { name: '001-initial', sql: entriesInitial },
  { name: '002-kinds', sql: entriesKinds },
  { name: '003-grace', sql: entriesGrace },
]
