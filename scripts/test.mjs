import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { run } from './lib/child.mjs'
import { root } from './lib/node.mjs'
import { byExitCode, fromPlaywright, fromVitest } from './lib/test-figures.mjs'
import { withProjectNode } from './lib/with-project-node.mjs'

await withProjectNode(async () => {
  const reports = mkdtempSync(join(tmpdir(), 'larder-test-'))
  const report = name => join(reports, `${name}.json`)

  /** Every check: what to run, and how its figures are read when it has ended. */
  const checks = [
    { name: 'lint', tool: 'eslint/bin/eslint.js', args: ['.', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '--max-warnings', '0'], figures: byExitCode },
    { name: 'types', tool: 'vue-tsc/bin/vue-tsc.js', args: ['--noEmit', '-p', 'tsconfig.node.json'], figures: byExitCode },
    { name: 'types-web', tool: 'vue-tsc/bin/vue-tsc.js', args: ['--noEmit', '-p', 'tsconfig.web.json'], figures: byExitCode },
    ...['unit', 'server'].map(name => ({ name, tool: 'vitest/vitest.mjs', args: ['run', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${report(name)}`], figures: code => fromVitest(report(name), code) })),
    { name: 'e2e', tool: '@playwright/test/cli.js', args: ['test', '--reporter=list,json'], env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report('e2e') }, figures: code => fromPlaywright(report('e2e'), code) },
  ]
  try {
    process.exitCode = await runAll(chosen(checks))
  }
  finally {
    rmSync(reports, { recursive: true, force: true })
  }
})

/** Those that `--only lint,unit` names; all without it. `types` means both. */
function chosen(checks) {
  const [option, names, ...rest] = process.argv.slice(2)
  if (option === undefined)
    return checks
  const wanted = option === '--only' && rest.length === 0 ? (names ?? '').split(',').flatMap(name => name === 'types' ? ['types', 'types-web'] : name) : []
  const unknown = wanted.filter(name => !checks.some(check => check.name === name))
  if (wanted.length === 0 || unknown.length > 0) {
    console.error(`Usage: npm test [-- --only ${checks.map(check => check.name).join(',')}]`)
    process.exit(2)
  }
  return checks.filter(check => wanted.includes(check.name))
}

/** @returns {Promise<number>} Exit code: 0 when nothing failed. */
async function runAll(checks) {
  const results = []
  for (const check of checks) {
    console.log(`\n── ${check.name} ${'─'.repeat(70 - check.name.length)}`)
    const start = performance.now()
    const code = await run(process.execPath, [join(root, 'node_modules', check.tool), ...check.args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...check.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}` },
    })
    // 128 + SIGINT: a person has had enough; 128 + SIGTERM: the machine has.
    if (code === 130 || code === 143)
      return code
    results.push({ name: check.name, seconds: (performance.now() - start) / 1000, ...check.figures(code) })
  }

  console.log(`\n── summary ${'─'.repeat(63)}`)
  for (const { name, seconds, passed, failed, skipped, remark } of results)
    console.log(`${failed ? '✗' : '✓'} ${name.padEnd(10)}${inWords({ passed, failed, skipped }).padEnd(36)}${seconds.toFixed(1).padStart(7)} s${remark ? `  ${remark}` : ''}`)

  const total = key => results.reduce((sum, result) => sum + result[key], 0)
  const sum = { passed: total('passed'), failed: total('failed'), skipped: total('skipped') }
  console.log(`\n${inWords(sum)}`)
  return sum.failed > 0 ? 1 : 0
}

function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
