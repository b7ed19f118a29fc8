import type { Build } from './peers/start'
import type { Report } from './report'
import type { Rows } from './rows'
import type { Figure } from './single'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { compare, compareFigures } from './compare-builds'
import { measure } from './measure'
import { isInstalled, thisBuild } from './peers/start'
import { machine, render } from './report'
import { rowsOfBuilds, rowsOfPeers } from './rows'
import { delayDuringChurn, memoryAnEntry, memoryAnEntryRedis, startUpTime } from './single'

/**
 * Measures the build against its peers or another build; docs/performance.md says how to read it.
 *
 *   npm run bench                     about two minutes
 *   npm run bench -- --full           a million entries, memory, more rounds: about ten minutes
 *   npm run bench -- --mini           every row once, to see that it works; figures mean nothing
 *   npm run bench -- --against <js>   this build and that `headless.js` in turns: seven minutes
 *   npm run bench -- --only <text>    only the rows whose name contains it, and no other figures
 *   npm run bench -- --json <file>    writes the same as JSON, too
 */
const modes = {
  mini: {
    rounds: 1,
    warmUps: 0,
    milliseconds: 40,
    zipfKeys: 1000,
    sizes: [100, 1000],
    starts: 1,
    churn: { megabytes: 2, milliseconds: 100 },
    entries: 3000,
    warmUp: 1000,
    peers: false,
  },
  quick: {
    rounds: 5,
    warmUps: 1,
    milliseconds: 700,
    zipfKeys: 100_000,
    sizes: [1000, 100_000],
    starts: 5,
    churn: { megabytes: 64, milliseconds: 5000 },
    entries: 200_000,
    warmUp: 50_000,
    peers: true,
  },
  against: {
    rounds: 11,
    warmUps: 1,
    milliseconds: 700,
    zipfKeys: 100_000,
    sizes: [1000, 100_000, 1_000_000],
    starts: 5,
    churn: { megabytes: 64, milliseconds: 3000 },
    entries: 1_000_000,
    warmUp: 50_000,
    peers: false,
  },
  full: {
    rounds: 11,
    warmUps: 1,
    milliseconds: 2000,
    zipfKeys: 100_000,
    sizes: [1000, 100_000, 1_000_000],
    starts: 15,
    churn: { megabytes: 256, milliseconds: 20_000 },
    entries: 1_000_000,
    warmUp: 200_000,
    peers: true,
  },
}

const { values: flags } = parseArgs({
  options: {
    against: { type: 'string' },
    only: { type: 'string' },
    full: { type: 'boolean', default: false },
    mini: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})
const against = flags.against === undefined ? undefined : resolve(flags.against)
const mode = flags.full ? 'full' : flags.mini ? 'mini' : against === undefined ? 'quick' : 'against'
const { rounds, warmUps, milliseconds, zipfKeys, sizes, starts, churn, entries, warmUp, peers } = modes[mode]
/** Fewer rounds for the other figures of two builds, because each takes longer. */
const figureRounds = Math.min(rounds, 3)
const only = flags.only ?? ''
const rowOptions = { zipfKeys, sizes, wanted: (name: string) => name.includes(only) }
const figuresOfLarder: ((build: Build) => Promise<Figure | Figure[]>)[] = [
  build => startUpTime(build, starts),
  build => delayDuringChurn(build, churn.megabytes, churn.milliseconds),
  build => memoryAnEntry(build, entries, warmUp),
]
process.exitCode = await main()

async function main(): Promise<number> {
  const scripts = [thisBuild.script, ...against === undefined ? [] : [against]]
  const lacking = [
    ...['wrk', 'taskset'].filter(program => !isInstalled(program)),
    ...scripts.filter(script => !existsSync(script)).map(script => `${script} (npm run build)`),
  ]
  if (lacking.length > 0) {
    console.error(`The bench needs ${lacking.join(', ')}.`)
    return 1
  }
  const report: Report = { mode, machine: machine(), rounds, milliseconds, rows: [], figures: [], missing: [] }
  await (against === undefined ? againstPeers(report) : againstBuild({ name: 'other build', script: against }, report))
  console.log(render(report))
  if (flags.json !== undefined) {
    mkdirSync(dirname(flags.json), { recursive: true })
    writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`)
  }
  return 0
}

async function againstPeers(report: Report): Promise<void> {
  await withRows(await rowsOfPeers({ ...rowOptions, peers }), report)
  if (flags.only !== undefined)
    return
  for (const step of figuresOfLarder)
    report.figures.push(...[await step(thisBuild)].flat())
  const redis = await memoryAnEntryRedis(entries)
  if (redis === null)
    report.missing.push('memory of Redis: apt-get install redis-server')
  else
    report.figures.push(redis)
}

async function againstBuild(other: Build, report: Report): Promise<void> {
  const builds = [other, { ...thisBuild, name: 'this build' }] as const
  await withRows(await rowsOfBuilds(builds, rowOptions), report)
  const figures = flags.only === undefined ? await compareFigures(builds, figureRounds, figuresOfLarder) : []
  report.comparison = compare(other.script, report.rows, figures)
}

async function withRows({ rows, missing, stop }: Rows, report: Report): Promise<void> {
  try {
    report.missing.push(...missing)
    for (const row of rows) {
      console.error(`… ${row.name}`)
      report.rows.push(await measure(row, { rounds, warmUps, milliseconds }))
    }
  }
  finally {
    await stop()
  }
}
