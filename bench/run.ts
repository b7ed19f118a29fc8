import type { Report } from './report'
import type { Rows } from './rows'
import type { Figure } from './single'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { measure } from './measure'
import { isInstalled, larderScript } from './peers/start'
import { machine, render } from './report'
import { prepareRows } from './rows'
import { delayDuringChurn, memoryAnEntry, memoryAnEntryRedis, startUpTime } from './single'

/**
 * Measures the build against its peers; docs/performance.md says how to read it.
 *
 *   npm run bench                    about two minutes
 *   npm run bench -- --full          a million entries, memory, more rounds: about ten minutes
 *   npm run bench -- --mini          every row once, to see that the bench itself works; its figures mean nothing
 *   npm run bench -- --only <text>   the rows whose name contains it, and no other figures
 *   npm run bench -- --json <file>   the same as JSON
 */
const modes = {
  mini: { rounds: 1, warmUps: 0, milliseconds: 40, zipfKeys: 1000, sizes: [100, 1000], starts: 1, churn: { megabytes: 2, milliseconds: 100 }, entries: 3000, warmUp: 1000, peers: false },
  quick: { rounds: 5, warmUps: 1, milliseconds: 700, zipfKeys: 100_000, sizes: [1000, 100_000], starts: 5, churn: { megabytes: 64, milliseconds: 5000 }, entries: 200_000, warmUp: 50_000, peers: true },
  full: { rounds: 11, warmUps: 1, milliseconds: 2000, zipfKeys: 100_000, sizes: [1000, 100_000, 1_000_000], starts: 15, churn: { megabytes: 256, milliseconds: 20_000 }, entries: 1_000_000, warmUp: 200_000, peers: true },
}

const { values: flags } = parseArgs({ options: { only: { type: 'string' }, full: { type: 'boolean', default: false }, mini: { type: 'boolean', default: false }, json: { type: 'string' } } })
const mode = flags.full ? 'full' : flags.mini ? 'mini' : 'quick'
process.exitCode = await main()

async function main(): Promise<number> {
  const lacking = [...['wrk', 'taskset'].filter(program => !isInstalled(program)), ...(existsSync(larderScript) ? [] : [`${larderScript} (npm run build)`])]
  if (lacking.length > 0) {
    console.error(`The bench needs ${lacking.join(', ')}.`)
    return 1
  }
  const { rounds, milliseconds, zipfKeys, sizes, starts, churn, entries, warmUp, peers } = modes[mode]
  const report: Report = { mode, machine: machine(), rounds, milliseconds, rows: [], figures: [], missing: [] }
  await withRows(await prepareRows({ zipfKeys, sizes, peers }), report)

  const steps: (() => Promise<Figure | Figure[] | null>)[] = [
    () => startUpTime(starts),
    () => delayDuringChurn(churn.megabytes, churn.milliseconds),
    () => memoryAnEntry(entries, warmUp),
    () => memoryAnEntryRedis(entries),
  ]
  for (const step of flags.only === undefined ? steps : []) {
    const found = await step()
    if (found === null)
      report.missing.push('memory of Redis: apt-get install redis-server')
    else
      report.figures.push(...[found].flat())
  }
  console.log(render(report))
  if (flags.json !== undefined) {
    mkdirSync(dirname(flags.json), { recursive: true })
    writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`)
  }
  return 0
}

async function withRows({ rows, missing, stop }: Rows, report: Report): Promise<void> {
  const { rounds, warmUps, milliseconds } = modes[mode]
  try {
    report.missing.push(...missing)
    for (const row of rows.filter(({ name }) => name.includes(flags.only ?? ''))) {
      console.error(`… ${row.name}`)
      report.rows.push(await measure(row, { rounds, warmUps, milliseconds }))
    }
  }
  finally {
    await stop()
  }
}
