import type { Report } from '../../bench/report'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { requireProgram } from '../helpers/programs'
import { redisProgram } from '../helpers/redis-server'

const root = resolve(import.meta.dirname, '../..')
const wrk = requireProgram('wrk', 'wrk')
const taskset = requireProgram('taskset', 'util-linux')

const names = [
  'GET hit',
  'GET hit, native face',
  'GET miss',
  'PUT 100 B',
  'PUT 100 B, persistent',
  'PUT 10 KB',
  '90/10 Zipf 1 k',
  'classic get',
  'classic set',
]
const figureNames = [
  'start to first hit',
  'event-loop delay p99 in churn',
  'event-loop delay max in churn',
  'memory an entry, Larder',
]
const command = ['--import', './bench/simulator/typescript.mjs', 'bench/run.ts', '--mini']

/** Runs the whole bench, each row only briefly. Resolves with its output as text and as JSON. */
async function bench(...options: string[]): Promise<{ output: string, report: Report }> {
  const folder = mkdtempSync(join(tmpdir(), 'larder-bench-smoke-'))
  const file = join(folder, 'results/report.json')
  const wanted = [...command, '--json', file, ...options]
  try {
    const child = spawn(process.execPath, wanted, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => output += text)
    const [code] = await once(child, 'close') as [number | null]
    expect(code, output).toBe(0)
    return { output, report: JSON.parse(readFileSync(file, 'utf8')) as Report }
  }
  finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function lanesOf({ rows }: Report): string[][] {
  return rows.map(row => [row.name, ...row.lanes.map(lane => lane.name)])
}

// Keeps the bench working. Its figures are ignored, because they mean nothing on a busy machine.
describe.skipIf(!wrk.available || !taskset.available)('the bench', () => {
  it('measures every row once, and says so as JSON', async () => {
    const { output, report } = await bench()
    expect(lanesOf(report)).toEqual([
      ...names.map(name => [name, 'bare node:http', 'Larder']),
      ['GET hit with a source', 'Larder, no source', 'Larder, source'],
      ...redisProgram.available ? [['GET near hit, shared tier', 'Larder, alone', 'Larder, near copy']] : [],
      ['gateway, held', 'Larder'],
      ['gateway, passed on', 'Larder'],
      ['GET hit by entries held', '100 entries', '1,000 entries'],
    ])
    for (const lane of report.rows.flatMap(row => row.lanes)) {
      expect(lane.requestsPerSecond).toBeGreaterThan(0)
      expect(lane.ratio).toBeGreaterThan(0)
      expect(output).toContain(Math.round(lane.requestsPerSecond).toLocaleString('en'))
    }
    expect(report.figures.map(figure => figure.name).filter(name => !name.includes('Redis'))).toEqual(figureNames)
    expect(report.figures.every(figure => Number.isFinite(figure.value))).toBe(true)
  }, 600_000)

  // The other build is the same one, because a test cannot know any difference between two builds.
  it('compares two builds row by row, and judges', async () => {
    const { output, report: { comparison, ...report } } = await bench('--against', 'out/main/headless.js')
    const all = [...names, 'GET hit among 100', 'GET hit among 1,000']
    expect(lanesOf(report)).toEqual(all.map(name => [name, 'other build', 'this build']))
    expect(comparison?.other).toBe(join(root, 'out/main/headless.js'))
    expect(comparison?.rows.map(({ name }) => name)).toEqual(all)
    for (const [index, { ratio }] of comparison?.rows.entries() ?? []) {
      const [other, own] = report.rows[index]?.lanes ?? []
      expect(ratio).toBe((own?.requestsPerSecond ?? 0) / (other?.requestsPerSecond ?? 0))
      expect(output).toContain(` ${ratio.toFixed(3)} `)
    }
    expect(comparison?.figures.map(({ name }) => name)).toEqual(figureNames)
    for (const { other, own, difference } of comparison?.figures ?? [])
      expect(difference).toBe(own - other)
    expect(comparison?.verdict.rows.map(({ name }) => name)).toEqual(all)
    expect(comparison?.verdict.memory?.value).toBe(comparison?.figures.at(-1)?.difference)
    expect(output).toContain(`Verdict: ${comparison?.verdict.grade}.\n`)
  }, 600_000)

  it('measures the client library beside bare requests', () => {
    const [first = '', ...rest] = command
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [first, ...rest.slice(0, -2), 'bench/client.ts', '--mini'],
      { cwd: root, encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^1 at a time: .*ratio \d.*\n100 at a time: .*ratio \d/m)
  }, 300_000)

  it.skipIf(!redisProgram.available)('measures several Larders that share a tier', () => {
    const [first = '', ...rest] = command
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [first, ...rest.slice(0, -2), 'bench/tier.ts', '--mini'],
      { cwd: root, encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout.match(/^\| [123] \| [\d.]+ ms \|/gm)).toHaveLength(3)
  }, 300_000)

  it.skipIf(!redisProgram.available)('measures a start beside Redis', () => {
    const [first = '', ...rest] = command
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [first, ...rest.slice(0, -2), 'bench/restart.ts', '--mini'],
      { cwd: root, encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Ready after \d+ ms, all 1000 entries back after \d+ ms\n.*ratio \d.*\n.*ratio \d/m)
  }, 300_000)

  it('says which build it lacks', async () => {
    const lacking = [...command, '--against', 'no/such/headless.js']
    const { status, stderr } = spawnSync(process.execPath, lacking, { cwd: root, encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toBe(`The bench needs ${join(root, 'no/such/headless.js')} (npm run build).\n`)
  })
})
