import type { Comparison } from './compare-builds'
import type { RowResult } from './measure'
import type { Figure } from './single'
import { cpus, release } from 'node:os'
import process from 'node:process'
import { describe } from './verdict'

export interface Report {
  mode: string
  machine: { cpu: string, cores: number, system: string, node: string }
  rounds: number
  milliseconds: number
  rows: RowResult[]
  figures: Figure[]
  missing: string[]
  /** Set if two builds were compared; `figures` is empty then. */
  comparison?: Comparison
}

export function machine(): Report['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
  }
}

/** Renders Markdown tables, which are also readable on a terminal. */
export function render(report: Report): string {
  const { machine, rounds, milliseconds, mode, missing, comparison } = report
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}, node ${machine.node}; ${mode} mode: medians of ${rounds} rounds of ${milliseconds} ms, 32 connections, server on core 1, load on core 0`,
    '',
    ...comparison ? comparedTables(report.rows, comparison) : tables(report),
    ...missing.map(text => `\nNot measured: ${text}`),
  ].join('\n')
}

function tables({ rows, figures }: Report): string[] {
  const lines = rows.flatMap(row => row.lanes.map((lane, index) => [
    index === 0 ? row.name : '',
    lane.name,
    perSecond(lane),
    lane.p99.toFixed(1),
    lane.ratio.toFixed(2),
    lane.cpu.toFixed(1),
    lane.cpuRatio.toFixed(2),
    index > 0 && row.target !== null && concernsLarder(row, index)
      ? `≥ ${row.target.toFixed(2)} ${lane.ratio >= row.target ? '✓' : '✗'}`
      : '',
  ]))
  const others = figures.map(({ name, value, unit, target, remark }) => [name, inDigits(value), unit, target, remark])
  return [
    table(['load', 'server', 'requests/s', 'p99 ms', 'ratio', 'CPU µs', 'CPU ratio', 'target'], lines),
    '',
    table(['figure', 'value', 'unit', 'target', 'remark'], others),
  ]
}

/** Tables of rows whose lanes are the other build and this one. */
function comparedTables(results: readonly RowResult[], { other, rows, mean, figures, verdict }: Comparison): string[] {
  const lines = rows.map(({ name, ratio, cpuRatio }, index) => {
    const lanes = results[index]?.lanes ?? []
    const cpu = lanes.map(lane => lane.cpu.toFixed(1))
    const grade = verdict.rows[index]?.grade ?? ''
    return [name, ...lanes.map(perSecond), ratio.toFixed(3), ...cpu, cpuRatio.toFixed(3), grade]
  })
  const others = figures.map(({ name, other, own, difference, unit }) =>
    [name, inDigits(other), inDigits(own), difference.toFixed(1), unit])
  const head = ['load', 'other requests/s', 'this', 'ratio', 'other CPU µs', 'this', 'CPU ratio', 'verdict']
  const last = [verdict.mean.name, '', '', mean.ratio.toFixed(3), '', '', mean.cpuRatio.toFixed(3), verdict.mean.grade]
  return [
    `Against ${other}; ratios are of this build to that one, above 1 where this one is better.`,
    '',
    table(head, [...lines, last]),
    '',
    ...others.length > 0 ? [table(['figure', 'other', 'this', 'difference', 'unit'], others), ''] : [],
    ...describe(verdict),
  ]
}

function perSecond({ requestsPerSecond }: { requestsPerSecond: number }): string {
  return Math.round(requestsPerSecond).toLocaleString('en')
}

function inDigits(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0)
}

/** Targets apply to Larder against the first lane, not to the other peers. */
function concernsLarder(row: RowResult, index: number): boolean {
  const name = row.lanes[index]?.name ?? ''
  return name.startsWith('Larder') || name.endsWith('entries')
}

function table(head: string[], lines: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map(line => (line[column] ?? '').length)))
  const draw = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [draw(head), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(draw)].join('\n')
}
