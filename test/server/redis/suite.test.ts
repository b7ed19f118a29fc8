import type { TestLarder } from '../../helpers/start-larder'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { redisCommandNames } from '../../../src/shared/redis/commands'
import { temporaryFolder } from '../../helpers/folder'
import { startLarder } from '../../helpers/start-larder'
import { portOf } from './ports'

/**
 * Redis's own tests, from the checkout of its tag 7.2.4 that LARDER_REDIS_SUITE names. They need
 * Tcl. What is left out is in suite-excluded.txt, each with the reason.
 */
const units = [
  'unit/protocol',
  'unit/quit',
  'unit/keyspace',
  'unit/scan',
  'unit/expire',
  'unit/type/string',
  'unit/type/incr',
  'unit/multi',
  'unit/introspection',
  'unit/introspection-2',
  'unit/other',
  'unit/type/hash',
  'unit/type/set',
  'unit/pubsub',
  'unit/tracking',
]
/** What the suite itself says that a test needs, and Larder does not have. */
const withoutTags = ['debug', 'repl', 'save', 'config-maxmemory'].map(need => `-needs:${need}`).join(' ')
const bar = 0.95

const checkout = process.env.LARDER_REDIS_SUITE
if (checkout === undefined)
  console.warn('Skipped: Redis\'s own suite: LARDER_REDIS_SUITE names no checkout of its tag 7.2.4.')

const has = new Set<string>(redisCommandNames)
let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
  await larder.send('PATCH', '/admin/settings', {
    body: JSON.stringify({ anonymous: { enabled: true, scopes: ['read', 'write'] } }),
    headers: { 'Content-Type': 'application/json' },
  })
})
afterAll(() => larder.dispose())

/** The names of tests that are left out. */
function excluded(): string[] {
  let applies = true
  return readFileSync(join(import.meta.dirname, 'suite-excluded.txt'), 'utf8').split('\n').filter((line) => {
    if (line.startsWith('#')) {
      const needed = /^# needs (.+)$/.exec(line)?.[1]?.toLowerCase().replace(' ', '|')
      applies = needed === undefined || !has.has(needed)
      return false
    }
    return line !== '' && applies
  })
}

/** A copy in which the suite does not stop because there are no functions to empty. */
function prepare(): string {
  const folder = temporaryFolder()
  cpSync(join(checkout ?? '', 'tests'), join(folder, 'tests'), { recursive: true })
  const file = join(folder, 'tests/support/server.tcl')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^( *)r function flush$/m, '$1catch {r function flush}'))
  writeFileSync(join(folder, 'excluded'), excluded().join('\n'))
  return folder
}

async function run(folder: string, unit: string): Promise<string> {
  const options = ['--durable', '--ignore-encoding', '--ignore-digest', '--skipfile', 'excluded', '--tags', withoutTags]
  const server = ['--host', '127.0.0.1', '--port', String(portOf(larder))]
  const child = spawn('tclsh', ['tests/test_helper.tcl', ...server, ...options, '--single', unit], { cwd: folder })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => output += text)
  child.stderr.setEncoding('utf8').on('data', text => output += text)
  await once(child, 'close')
  return stripVTControlCharacters(output)
}

// Red: in src/main/redis/handlers/keys.ts answer RENAMENX with OK.
it.skipIf(checkout === undefined)(`of Redis's own tests at least ${bar * 100} % pass`, async () => {
  const folder = prepare()
  const [passed, failed]: [string[], string[]] = [[], []]
  for (const unit of units) {
    const lines = (await run(folder, unit)).split('\n')
    const of = (sign: string): string[] => lines.filter(line => line.startsWith(`[${sign}]`))
    const [ok, wrong] = [of('ok'), [...of('err'), ...of('exception')]]
    console.log(`${unit}: ${ok.length} of ${ok.length + wrong.length} pass, ${of('skip').length + of('ignore').length} are left out`)
    expect(ok.length + wrong.length, unit).toBeGreaterThan(0)
    passed.push(...ok)
    failed.push(...wrong)
  }
  const score = passed.length / (passed.length + failed.length)
  console.log(`Redis's own tests: ${passed.length} of ${passed.length + failed.length} pass\n${failed.join('\n')}`)
  expect(score).toBeGreaterThanOrEqual(bar)
}, 20 * 60_000)
