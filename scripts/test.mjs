import { mkdtempSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { run } from './lib/child.mjs'
import { root } from './lib/node.mjs'
import { byExitCode, fromPlaywright, fromVitest } from './lib/test-figures.mjs'
import { withProjectNode } from './lib/with-project-node.mjs'

await withProjectNode(async () => {
  const reports = mkdtempSync(join(tmpdir(), 'larder-test-'))
  const report = name => join(reports, `${name}.json`)

  /**
   * For tools that keep what they read: with more room in the young generation, types takes a fifth
   * less processor time, and lint a twentieth less.
   */
  const roomy = ['--max-semi-space-size=64']
  /**
   * Every check: what to run, and how to read its figures when it has ended. Tests run one after
   * another, and spend a fifth of their time waiting for processes and timers. Checks that only
   * read text use that time: they run beside the tests, in lanes of their own, at lower priority.
   */
  const checks = [
    {
      name: 'lint',
      beside: 'lint',
      node: roomy,
      tool: 'eslint/bin/eslint.js',
      args: ['.', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '--max-warnings', '0'],
      figures: byExitCode,
    },
    {
      name: 'types',
      beside: 'types',
      node: roomy,
      tool: 'vue-tsc/bin/vue-tsc.js',
      args: ['--noEmit', '-p', 'tsconfig.node.json'],
      figures: byExitCode,
    },
    {
      name: 'types-web',
      beside: 'types',
      node: roomy,
      tool: 'vue-tsc/bin/vue-tsc.js',
      args: ['--noEmit', '-p', 'tsconfig.web.json'],
      figures: byExitCode,
    },
    vitest('unit', report),
    vitest('server', report),
    {
      name: 'e2e',
      tool: '@playwright/test/cli.js',
      args: ['test', '--reporter=list,json'],
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report('e2e') },
      figures: code => fromPlaywright(report('e2e'), code),
    },
  ]
  try {
    const { only, hard } = readOptions(checks)
    // Full size: a million entries, 200 kills, long logs.
    if (hard)
      process.env.LARDER_HARD = '1'
    const wanted = chosen(checks, only)
    // The same rule as in playwright.config.ts.
    if (wanted.some(({ name }) => name === 'e2e') && process.env.LARDER_HARD !== '1') {
      console.log(
        'The console is tested in the desktop window, and in a browser what depends on the way to the server. --hard tests all of it in both.',
      )
    }
    process.exitCode = await runAll(wanted)
  }
  finally {
    rmSync(reports, { recursive: true, force: true })
  }
})

function vitest(name, report) {
  return {
    name,
    tool: 'vitest/vitest.mjs',
    args: ['run', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${report(name)}`],
    figures: code => fromVitest(report(name), code),
  }
}

/** The checks that `--only lint,unit` names; without it all. `types` means both. */
function chosen(checks, only) {
  if (only === undefined)
    return checks
  const wanted = only.split(',').flatMap(name => name === 'types' ? ['types', 'types-web'] : name)
  return wanted.every(name => checks.some(check => check.name === name))
    ? checks.filter(check => wanted.includes(check.name))
    : usage(checks)
}

function readOptions(checks) {
  try {
    return parseArgs({ options: { only: { type: 'string' }, hard: { type: 'boolean', default: false } } }).values
  }
  catch {
    return usage(checks)
  }
}

function usage(checks) {
  console.error(`Usage: npm test [-- --only ${checks.map(check => check.name).join(',')}] [--hard]`)
  process.exit(2)
}

/** @returns {Promise<number>} Exit code: 0 if nothing failed. */
async function runAll(checks) {
  const lanes = [...Map.groupBy(checks, ({ beside }) => beside ?? 'tests').values()]
  const results = (await Promise.all(lanes.map(runLane))).flat()
  const stopped = results.find(wasStopped)
  if (stopped)
    return stopped.code

  console.log(`\n── summary ${'─'.repeat(63)}`)
  for (const { name, seconds, passed, failed, skipped, remark } of results) {
    console.log(
      `${failed ? '✗' : '✓'} ${name.padEnd(10)}${inWords({ passed, failed, skipped }).padEnd(36)}${seconds.toFixed(1).padStart(7)} s${remark ? `  ${remark}` : ''}`,
    )
  }

  for (const { name, failures = [] } of results) {
    for (const failure of failures)
      console.log(`\n✗ ${name}: ${failure}`)
  }

  const total = key => results.reduce((sum, result) => sum + result[key], 0)
  const sum = { passed: total('passed'), failed: total('failed'), skipped: total('skipped') }
  console.log(`\n${inWords(sum)}`)
  return sum.failed > 0 ? 1 : 0
}

/** 128 + SIGINT: stopped by a person; 128 + SIGTERM: stopped by the machine. */
function wasStopped({ code }) {
  return code === 130 || code === 143
}

async function runLane(checks) {
  const results = []
  for (const check of checks) {
    const result = await runCheck(check)
    results.push(result)
    if (wasStopped(result))
      break
  }
  return results
}

/**
 * Runs a check to its end. Shows the output of tests at once, and that of checks beside them in one
 * piece.
 */
async function runCheck({ name, beside, node = [], tool, args, env, figures }) {
  const title = `\n── ${name} ${'─'.repeat(70 - name.length)}`
  const output = []
  const start = performance.now()
  if (!beside)
    console.log(title)
  const code = await run(process.execPath, [...node, join(root, 'node_modules', tool), ...args], {
    cwd: root,
    ...beside
      ? {
          onOutput: text => output.push(text),
          // Not the lowest, because it would never end if other programs keep all cores busy.
          onStart: ({ pid }) => setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL),
        }
      : { stdio: ['ignore', 'inherit', 'inherit'] },
    env: { ...process.env, ...env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` },
  })
  if (beside)
    console.log(title + (output.length > 0 ? `\n${Buffer.concat(output)}` : ''))
  return { name, code, seconds: (performance.now() - start) / 1000, ...figures(code) }
}

function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
