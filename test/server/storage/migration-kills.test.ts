import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { setDamagedAside } from '../../../src/main/storage/damaged-databases'
import { entryMigrations, metadataMigrations } from '../../../src/main/storage/migrations'
import { bundleForNode } from '../../helpers/bundle'
import { timed } from '../../helpers/durations'
import { temporaryFolder } from '../../helpers/folder'
import { landedSchemas, makeLanded } from '../../helpers/landed-schemas'
import { createRandom } from '../security/random'

const kills = timed ? 50 : 4
/** So many that a migration takes some time, in which the kill comes. */
const rows = 20_000

/** Number of the schema, with what must be the same in each. */
function stateOf(file: string): { steps: number, rows: number, whole: unknown } {
  const database = new Sqlite(file)
  try {
    const count = (table: string): number => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
    return {
      steps: count('schema_migration'),
      rows: count(file.endsWith('larder.db') ? 'cache' : 'entry'),
      whole: database.pragma('integrity_check', { simple: true }),
    }
  }
  finally {
    database.close()
  }
}

// R18. Red: in src/main/storage/database.ts run each step of `missing` in a transaction of its own.
it(`r18 is of the old schema or of the new one after each of ${kills} kills in a migration`, {
  timeout: 600_000,
}, async () => {
  const program = await bundleForNode(join(import.meta.dirname, 'fixtures/migrator.ts'))
  const random = createRandom(7)
  const found = { old: 0, new: 0 }
  for (let kill = 0; kill < kills; kill++) {
    // The first has the most steps to go.
    const landed = landedSchemas[kill % 4 === 3 ? random.below(landedSchemas.length) : 0]
    if (!landed)
      throw new Error('There is no schema')
    const home = temporaryFolder()
    makeLanded(home, landed, rows)
    const file = join(home, landed.file)
    const old = stateOf(file)
    const child = spawn(process.execPath, [program, home], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    child.stdout.resume()
    // The copy is the last thing before the migration.
    const copy = `${file}.before-00${old.steps + 1}`
    while (!existsSync(copy) && child.exitCode === null)
      await pause(1)
    await pause(random.below(80))
    child.kill('SIGKILL')
    await once(child, 'close')

    expect(setDamagedAside({ home, clock: systemClock, logger: silentLogger })).toEqual([])
    const { steps, ...rest } = stateOf(file)
    const all = (landed.file === 'larder.db' ? metadataMigrations : entryMigrations).length
    expect([old.steps, all], `${landed.name}, kill ${kill}`).toContain(steps)
    expect(rest).toEqual({ rows, whole: 'ok' })
    found[steps === all ? 'new' : 'old']++
  }
  process.stdout.write(`R18: ${JSON.stringify(found)}\n`)
  if (timed)
    expect(Math.min(found.old, found.new)).toBeGreaterThan(0)
})
