import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import { createSnapshotFiles } from '../../../src/main/storage/snapshot-files'
import { temporaryFolder } from '../../helpers/folder'

// Red: in src/main/storage/snapshot-files.ts sort by name alone, or leave the name out.
it('lists the snapshot first that was saved last', () => {
  const home = temporaryFolder()
  const folder = join(home, 'snapshots', 'u1')
  mkdirSync(folder, { recursive: true })
  for (const [name, savedAt] of [['b', 1000], ['a', 1000], ['old', 999], ['new', 1001]] as const) {
    writeFileSync(join(folder, `${name}.ndjson`), '')
    utimesSync(join(folder, `${name}.ndjson`), savedAt, savedAt)
  }
  const names = createSnapshotFiles({ home, logger: silentLogger }).list('u1').map(({ name }) => name)
  expect(names).toEqual(['new', 'a', 'b', 'old'])
})
