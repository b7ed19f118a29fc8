// What no test machine has: other runtimes, whose programs are packages of npm.
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { build } from '../process/launch'
import { runProgram, tableProgram } from './run-program'

const hard = process.env.LARDER_HARD === '1'
const platform = process.platform === 'win32' ? 'win' : process.platform

describe.skipIf(!hard)(`the client in other runtimes ${hard ? '' : '(only with LARDER_HARD=1: installs them)'}`, () => {
  let larder: Awaited<ReturnType<typeof startLarder>>
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'larder-runtimes-'))
    writeFileSync(join(folder, 'package.json'), '{"private":true}')
    const packages = ['bun@1', 'deno@2', `node-${platform}-${process.arch}@22`]
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], { cwd: folder })
    await build()
    larder = await startLarder()
  }, 600_000)
  afterAll(async () => {
    await larder.dispose()
    rmSync(folder, { recursive: true })
  })

  // Red: in src/client/node-builtins.ts take a module that only Node 24 has.
  it.each([
    ['Node 22', 'node_modules/node-*/bin/node*', []],
    ['Bun', 'node_modules/@oven/bun-*/bin/bun*', []],
    ['Deno', 'node_modules/@deno/*/deno*', ['run', '--allow-all']],
  ])('does the same under %s, with a server and without', async (_, pattern, words) => {
    const [program] = globSync(pattern, { cwd: folder })
    const node = join(folder, program ?? pattern)
    expect(await runProgram(tableProgram, { node, words })).toBe('')
    const env = { LARDER_URL: larder.url, LARDER_API_KEY: ownerKey }
    expect(await runProgram(tableProgram, { node, words, env })).toBe('')
  })
})
