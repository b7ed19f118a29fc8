import type { CompareOptions, Comparison } from './compare'
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { compare, policies, summarize } from './compare'

const usage = `Hit ratios of the eviction policies beside the clairvoyant optimum, in percent;
in brackets: percent of the optimum.

  npm run bench:eviction -- [options]

  --requests <n>  of each trace (1000000)
  --keys <n>      that the applications of a trace know (100000)
  --seed <n>      of the traces (1)
  --json <file>   write the figures there, too
  --help`

try {
  start()
}
catch (error) {
  if (!(error instanceof RangeError || (error instanceof TypeError && 'code' in error)))
    throw error
  console.error(error.message)
  process.exitCode = 2
}

/**
 * Throws RangeError for a number out of bounds, and TypeError with a code of `parseArgs` for
 * unknown options.
 */
function start(): void {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '1000000' },
      keys: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help)
    return console.log(usage)
  const requests = whole('requests', values.requests, 1000, 100_000_000)
  // With fewer requests than keys, hardly any key would come twice, and there would be no hits.
  const keys = whole('keys', values.keys, 100, Math.min(requests, 10_000_000))
  run({ requests, keys, seed: whole('seed', values.seed, 0, 2 ** 32 - 1) }, values.json)
}

function whole(name: string, text: string, least: number, greatest: number): number {
  const number = Number(text)
  if (!/^\d{1,10}$/.test(text) || number < least || number > greatest)
    throw new RangeError(`--${name} wants a whole number from ${least} to ${greatest}, not ${JSON.stringify(text)}`)
  return number
}

function run(options: CompareOptions, file: string | undefined): void {
  const comparisons = compare(options)
  const summary = Object.fromEntries(policies.map(policy => [policy, summarize(comparisons, policy)]))
  print(comparisons)
  if (file !== undefined)
    writeFileSync(file, `${JSON.stringify({ ...options, comparisons, summary }, null, 2)}\n`)
}

function print(comparisons: readonly Comparison[]): void {
  const line = (...cells: string[]): void => console.log(`| ${cells.join(' | ')} |`)
  const summaries = policies.map(policy => summarize(comparisons, policy))

  line('trace'.padEnd(16), 'cache', ' entries', 'optimum', ...policies.map(policy => policy.padStart(14)))
  line('---'.padEnd(16), '----:', '-------:', '------:', ...policies.map(() => '-------------:'))
  for (const { trace, share, capacity, optimum, hitRatio } of comparisons) {
    line(trace.padEnd(16), `${share * 100} %`.padStart(
      5,
    ), String(capacity).padStart(8), percent(optimum).padStart(7), ...policies.map(policy =>
      `${percent(hitRatio[policy]).padStart(5)} (${percent(hitRatio[policy] / optimum)})`.padStart(14)))
  }
  console.log('\nPercent of the optimum:\n')
  line('                     ', ...policies.map(policy => policy.padStart(5)))
  line('---                  ', ...policies.map(() => '----:'))
  line('mean                 ', ...summaries.map(({ mean }) => percent(mean).padStart(5)))
  line('worst                ', ...summaries.map(({ worst }) => percent(worst).padStart(5)))
  line('worst, the loop apart', ...summaries.map(({ worstWithoutLoop }) => percent(worstWithoutLoop).padStart(5)))
}

function percent(ratio: number): string {
  return (ratio * 100).toFixed(1)
}
