import type { Report } from '../../bench/report'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { requireProgram } from '../helpers/programs'

const root = resolve(import.meta.dirname, '../..')
const wrk = requireProgram('wrk', 'wrk')
const taskset = requireProgram('taskset', 'util-linux')

// So that the bench cannot rot. Its figures are not looked at: on a busy machine they mean nothing.
it.skipIf(!wrk.available || !taskset.available)('measures every row once, and says so as JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'larder-bench-smoke-'))
  try {
    const file = join(folder, 'results/report.json')
    const child = spawn(process.execPath, ['--import', './bench/simulator/typescript.mjs', 'bench/run.ts', '--mini', '--json', file], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => output += text)
    const [code] = await once(child, 'close') as [number | null]
    expect(code, output).toBe(0)

    const report = JSON.parse(readFileSync(file, 'utf8')) as Report
    expect(report.rows.map(row => [row.name, ...row.lanes.map(lane => lane.name)])).toEqual([
      ['GET hit', 'bare node:http', 'Larder'],
      ['GET hit, native face', 'bare node:http', 'Larder'],
      ['GET miss', 'bare node:http', 'Larder'],
      ['PUT 100 B', 'bare node:http', 'Larder'],
      ['PUT 100 B, persistent', 'bare node:http', 'Larder'],
      ['PUT 10 KB', 'bare node:http', 'Larder'],
      ['90/10 Zipf 1 k', 'bare node:http', 'Larder'],
      ['classic get', 'bare node:http', 'Larder'],
      ['classic set', 'bare node:http', 'Larder'],
      ['GET hit by entries held', '100 entries', '1,000 entries'],
    ])
    for (const lane of report.rows.flatMap(row => row.lanes)) {
      expect(lane.requestsPerSecond).toBeGreaterThan(0)
      expect(lane.ratio).toBeGreaterThan(0)
      expect(output).toContain(Math.round(lane.requestsPerSecond).toLocaleString('en'))
    }
    const figures = ['start to first hit', 'event-loop delay p99 in churn', 'event-loop delay max in churn', 'memory an entry, Larder']
    expect(report.figures.map(figure => figure.name).filter(name => !name.includes('Redis'))).toEqual(figures)
    expect(report.figures.every(figure => Number.isFinite(figure.value))).toBe(true)
  }
  finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
