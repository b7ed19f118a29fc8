import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { setDamagedAside } from '../../../src/main/storage/damaged-databases'
import { openEntryJournal } from '../../../src/main/storage/entry-journal'
import { openMetadata } from '../../../src/main/storage/metadata-store'
import { entryMigrations, metadataMigrations } from '../../../src/main/storage/migrations'
import { temporaryFolder } from '../../helpers/folder'
import { journalEntries } from '../../helpers/journal-entries'
import { landedSchemas, makeLanded } from '../../helpers/landed-schemas'

// R18. Red: in src/main/storage/migrations/index.ts drop `mend`, or a default from a step.
describe.each(landedSchemas)('r18 a $file of $name', (landed) => {
  it('is not taken for damaged, and opens with everything in it', async () => {
    const home = temporaryFolder()
    makeLanded(home, landed, 3)
    expect(setDamagedAside({ home, clock: systemClock, logger: silentLogger })).toEqual([])
    const knows = (step: string): boolean => landed.steps.some(({ name }) => name === step)
    if (landed.file === 'entries.db') {
      const journal = openEntryJournal({ home, logger: silentLogger })
      onTestFinished(() => journal.close())
      const entries = journalEntries(journal, 'c')
      expect(entries.map(({ key, kind, flags, grace, tags }) => ({ key, kind, flags, grace, tags })))
        .toEqual(['k1', 'k2', 'k3'].map(key => ({ key, kind: 'bytes', flags: 0, grace: null, tags: ['t'] })))
      return
    }
    const store = openMetadata({ home, logger: silentLogger })
    onTestFinished(store.close)
    expect(store.users.list()).toMatchObject([{ id: 'u1', owner: true }, { id: 'u2' }, { id: 'u3' }])
    expect(store.caches.list()).toMatchObject(['c1', 'c2', 'c3'].map(id => ({ id, ttl: 60 })))
    expect(store.keys.list()).toMatchObject([{ id: 'k1', scopes: ['read'], caches: null }])
    expect(store.settings.get('enabled')).toBe(false)
    expect(store.sessions.list()).toHaveLength(knows('004-sessions') ? 1 : 0)
    expect(store.connections.list())
      .toMatchObject(knows('005-connections') ? [{ id: 'x1', fields: { host: 'a' }, offered: false }] : [])
  })
})

function digests(migrations: typeof metadataMigrations): string[] {
  return migrations.map(({ name, sql }) => {
    const text = sql.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim()
    return `${name} ${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  })
}

// A step that has landed runs no more where it ran, so another text makes two schemas of one name.
// Red: change a word of a step that is no comment.
it('r18 no step that has landed has another text by now', () => {
  expect(digests(metadataMigrations).slice(0, 6)).toEqual([
    '001-initial 3e9919ea259ced05',
    '002-users 3bf98fc971b4754b',
    '003-cache-settings 146785a64443949c',
    '004-sessions 26fa95aaa2ebb9f5',
    '005-connections fb687d69aa5ae786',
    '006-offered-connections 49ee3a887e96cbd0',
  ])
  expect(digests(entryMigrations).slice(0, 3)).toEqual([
    '001-initial 35246b10218087c7',
    '002-kinds dd561139e97912f0',
    '003-grace f40cbd85d9276dce',
  ])
})
