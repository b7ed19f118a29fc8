import type { RowResult } from './measure'
import type { Figure } from './single'
import { cpus, release } from 'node:os'
import process from 'node:process'

export interface Report {
  mode: string
  machine: { cpu: string, cores: number, system: string, node: string }
  rounds: number
  milliseconds: number
  rows: RowResult[]
  figures: Figure[]
  missing: string[]
}

export function machine(): Report['machine'] {
  return { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, system: `${process.platform} ${release()} ${process.arch}`, node: process.version }
}

/** As a Markdown table, which a terminal shows as well. */
export function render({ machine, rounds, milliseconds, rows, figures, missing, mode }: Report): string {
  const lines = rows.flatMap(row => row.lanes.map((lane, index) => [
    index === 0 ? row.name : '',
    lane.name,
    Math.round(lane.requestsPerSecond).toLocaleString('en'),
    lane.p99.toFixed(1),
    lane.ratio.toFixed(2),
    lane.cpu.toFixed(1),
    lane.cpuRatio.toFixed(2),
    index > 0 && row.target !== null && concernsLarder(row, index) ? `≥ ${row.target.toFixed(2)} ${lane.ratio >= row.target ? '✓' : '✗'}` : '',
  ]))
  const others = figures.map(({ name, value, unit, target, remark }) => [name, value.toFixed(value < 10 ? 1 : 0), unit, target, remark])
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}, node ${machine.node}; ${mode} mode: medians of ${rounds} rounds of ${milliseconds} ms, 32 connections, server on core 1, load on core 0`,
    '',
    table(['load', 'server', 'requests/s', 'p99 ms', 'ratio', 'CPU µs', 'CPU ratio', 'target'], lines),
    '',
    table(['figure', 'value', 'unit', 'target', 'remark'], others),
    ...missing.map(text => `\nNot measured: ${text}`),
  ].join('\n')
}

/** Targets are for Larder against the first lane, not for the other peers. */
function concernsLarder(row: RowResult, index: number): boolean {
  const name = row.lanes[index]?.name ?? ''
  return name === 'Larder' || name.endsWith('entries')
}

function table(head: string[], lines: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map(line => (line[column] ?? '').length)))
  const draw = (cells: string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [draw(head), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(draw)].join('\n')
}
