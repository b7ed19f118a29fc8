import type { Outcome } from './project'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { outcome } from './project'

const tools = {
  eslint: 'eslint/bin/eslint.js',
  types: 'vue-tsc/bin/vue-tsc.js',
  vitest: 'vitest/vitest.mjs',
  playwright: '@playwright/test/cli.js',
}
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'larder-test-runner-'))
  cpSync(join(import.meta.dirname, '../../../scripts'), join(folder, 'scripts'), { recursive: true })
  tool('eslint', '')
  tool('types', '')
  vitest({ numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 })
  playwright({ expected: 2, flaky: 0, unexpected: 0, skipped: 0 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Replaces a real tool with a fake one. */
function tool(name: keyof typeof tools, script: string): void {
  const file = join(folder, 'node_modules', tools[name])
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(join(dirname(file), 'package.json'), '{"type":"module"}')
  writeFileSync(file, script)
}
function vitest(report: object, code = 0): void {
  tool('vitest', `
    import { writeFileSync } from 'node:fs'
    console.log('words of vitest', process.argv.slice(2).join(' '), process.env.LARDER_HARD === '1' ? 'whole' : 'small')
    writeFileSync(process.argv.find(a => a.startsWith('--outputFile.json=')).split('=')[1], ${JSON.stringify(JSON.stringify(report))})
    process.exitCode = ${code}`)
}
function playwright(stats: object, code = 0): void {
  tool('playwright', `
    import { writeFileSync } from 'node:fs'
    writeFileSync(process.env.PLAYWRIGHT_JSON_OUTPUT_FILE, ${JSON.stringify(JSON.stringify({ stats }))})
    process.exitCode = ${code}`)
}

async function npmTest(...args: string[]): Promise<Outcome & { last: string | undefined }> {
  const result = await outcome(spawn(
    process.execPath,
    ['scripts/test.mjs', ...args],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  ))
  return { ...result, last: result.output.trimEnd().split('\n').at(-1) }
}

describe('npm test', () => {
  it('adds up what all tools report', async () => {
    const { code, last, output } = await npmTest()
    expect(last).toBe('15 passed, 0 failed')
    expect(code).toBe(0)
    expect(output).toContain('words of vitest run --project unit')
    expect(output).toContain('words of vitest run --project server')
  })

  it('names what was skipped', async () => {
    vitest({ numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 })
    playwright({ expected: 2, flaky: 1, unexpected: 0, skipped: 3 })
    expect(await npmTest()).toMatchObject({ code: 0, last: '16 passed, 0 failed, 7 skipped' })
  })

  // Red: in scripts/test.mjs leave out the loop over `failures`.
  it('says in the end which tests failed, and where', async () => {
    const message = 'expected 1 to be 2\n    at lib.js:1\n    at sum.test.ts:7:1'
    const failed = { status: 'failed', fullName: 'adds up', failureMessages: [message] }
    const counts = { numPassedTests: 4, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 }
    vitest({ ...counts, testResults: [{ name: 'sum.test.ts', message: '', assertionResults: [failed] }] }, 1)
    const { output } = await npmTest('--only', 'unit')
    expect(output).toMatch(/unit: sum\.test\.ts › adds up\n +expected 1 to be 2\n +at sum\.test\.ts:7:1\n/)
  })

  it('goes on after a failure and fails in the end', async () => {
    tool('eslint', 'process.exitCode = 1')
    vitest({ numPassedTests: 4, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 }, 1)
    playwright({ expected: 1, flaky: 0, unexpected: 1, skipped: 0 }, 1)
    expect(await npmTest()).toMatchObject({ code: 1, last: '11 passed, 4 failed' })
  })

  it.each<[string, () => void, string]>([
    ['crashes before its report', () => tool('playwright', 'process.exit(1)'), 'no report'],
    ['says that all is well but writes no report', () => tool('playwright', ''), 'no report'],
    [
      'fails outside of any test',
      () => playwright({ expected: 2, flaky: 0, unexpected: 0, skipped: 0 }, 1),
      'although no test failed',
    ],
    ['runs nothing', () => playwright({ expected: 0, flaky: 0, unexpected: 0, skipped: 0 }), 'ran no test'],
    ['writes a report of another shape', () => tool('playwright', `
      import { writeFileSync } from 'node:fs'
      writeFileSync(process.env.PLAYWRIGHT_JSON_OUTPUT_FILE, '{"stats":{}}')`), 'no figures'],
  ])('counts a tool that %s as one failure', async (_, pretend, remark) => {
    pretend()
    const { code, last, output } = await npmTest('--only', 'lint,e2e')
    expect(last).toMatch(/^[13] passed, 1 failed$/)
    expect(output).toContain(remark)
    expect(code).toBe(1)
  })

  it('runs only what is asked for', async () => {
    expect(await npmTest('--only', 'lint,types')).toMatchObject({ code: 0, last: '3 passed, 0 failed' })
  })

  it('is whole with --hard, and small without', async () => {
    expect((await npmTest('--only', 'unit', '--hard')).output).toMatch(/^words of vitest run .* whole$/m)
    expect((await npmTest('--only', 'unit')).output).toMatch(/^words of vitest run .* small$/m)
  })

  it('shows what checks that run side by side say, each in one piece', async () => {
    for (const name of ['eslint', 'types'] as const)
      tool(name, `console.log('first of ${name}'); setTimeout(() => console.error('last of ${name}'), 50)`)
    const { output } = await npmTest('--only', 'lint,types')
    expect(output
      .match(/(?:first|last) of \w+/g)
      ?.join(', ')
      .replaceAll(/first of (\w+), last of \1/g, '$1')
      .split(', ')
      .sort()).toEqual(['eslint', 'types', 'types'])
  })

  it.each([
    ['--only'],
    ['--only', 'nothing'],
    ['lint'],
    ['--only', 'lint', 'types'],
    ['--soft'],
  ])('refuses %s %s with a usage', async (...args) => {
    const { code, output } = await npmTest(...args)
    expect(output).toContain('Usage: npm test [-- --only lint')
    expect(code).toBe(2)
  })
})
