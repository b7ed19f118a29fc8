import type { Writable } from 'node:stream'
import type { Failure } from './failure'
import type { Io } from './io'
import { styleText } from 'node:util'
import { messageOf } from '@shared/errors'
import { localFailure } from './failure'
import { displayWidth, escapeLines, escapeText, safeJson } from './terminal'

/**
 * The reader of our output has gone (`larder … | head`). This is not an error, because there is
 * nobody left to tell.
 */
export class ReaderGone extends Error {}

/**
 * Results go to stdout, everything else to stderr, so that pipes carry results only. All calls
 * resolve when the text has been handed over.
 */
export interface Output {
  readonly json: boolean
  /** Writes exactly these bytes. */
  raw: (bytes: Buffer) => Promise<void>
  /**
   * Writes a result: JSON with `--json`, otherwise the lines that `render` returns. Control
   * characters are escaped.
   */
  show: (value: unknown, render: () => string) => Promise<void>
  /**
   * Results that come one after the other, each on a line: under `--json` as JSON, else as `render`
   * writes it, on a terminal in the colour of `colour`. Control characters are escaped.
   */
  lines: <T>(
    values: readonly T[],
    render: (value: T) => string,
    colour?: (value: T) => Colour | undefined,
  ) => Promise<void>
  /** Writes our own text, such as help. */
  text: (text: string) => Promise<void>
  /** Writes a sentence for the person. Silent with `--json`. */
  message: (text: string) => Promise<void>
  /** Something is missing in the results. Also said under `--json`. */
  warning: (text: string) => Promise<void>
  failure: (failure: Failure) => Promise<void>
  heading: (text: string) => string
}

type Colour = 'red' | 'yellow' | 'dim'

export function createOutput({ stdout, stderr, env }: Pick<Io, 'stdout' | 'stderr' | 'env'>, json: boolean): Output {
  // Without a listener a closed pipe would be an uncaught exception; `write` reports it if it
  // matters.
  for (const stream of [stdout, stderr])
    stream.on('error', () => {})
  const emphasis = (stream: Io['stdout'], format: 'bold' | Colour, text: string): string =>
    stream.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? styleText(format, text, { validateStream: false }) : text

  return {
    json,
    raw: bytes => write(stdout, bytes),
    text: text => write(stdout, `${text}\n`),
    show: (value, render) => write(stdout, json ? `${safeJson(value)}\n` : `${escapeLines(render())}\n`),
    async lines(values, render, colour = () => undefined) {
      const line = <T>(value: T, text: string, format: Colour | undefined): string =>
        json ? safeJson(value, 0) : format === undefined ? text : emphasis(stdout, format, text)
      // In one piece: a write for each of a million lines would take longer than the lines.
      if (values.length > 0)
        await write(stdout, values.map(value => `${line(value, escapeText(render(value)), colour(value))}\n`).join(''))
    },
    async message(text) {
      if (!json)
        await write(stderr, `${escapeLines(text)}\n`)
    },
    warning: text => write(stderr, `larder: ${escapeLines(text)}\n`),
    failure({ problem, message }) {
      if (json)
        return write(stderr, `${safeJson(problem)}\n`)
      const label = emphasis(stderr, 'red', 'larder:')
      return write(stderr, escapeLines(message).split('\n').map(line => `${label} ${line}\n`).join(''))
    },
    heading: text => emphasis(stdout, 'bold', text),
  }
}

function write(stream: Writable, data: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(data, (error) => {
      if (!error)
        resolve()
      else if ('code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'))
        reject(new ReaderGone('The reader of the output is gone', { cause: error }))
      else
        reject(localFailure(`The output could not be written: ${messageOf(error)}`, error))
    })
  })
}

export type Cell = string | number | boolean | null
/** Created on first use, because its tables take four milliseconds to load. */
let grouped: Intl.NumberFormat | undefined

/**
 * A cell as text: numbers get thousands separators, an empty cell becomes a dash, and text is made
 * safe and put on one line.
 */
export function formatCell(cell: Cell): string {
  if (cell === null || cell === '')
    return '–'
  if (typeof cell === 'boolean')
    return cell ? 'yes' : 'no'
  if (typeof cell === 'string')
    return escapeText(cell)
  grouped ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 })
  return grouped.format(cell)
}

/** Rows in aligned columns, with numbers on the right. */
export function table(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [headers, ...rows.map(row => row.map(formatCell))]
  const numeric = headers.map((_, column) =>
    rows.some(row => typeof row[column] === 'number')
    && rows.every(row => typeof row[column] === 'number' || row[column] === null))
  const widths = headers.map((_, column) => Math.max(...lines.map(line => displayWidth(line[column] ?? ''))))
  return lines.map(line => line.map((text, column) => {
    const padding = ' '.repeat((widths[column] ?? 0) - displayWidth(text))
    return numeric[column] ? padding + text : text + padding
  }).join('  ').trimEnd()).join('\n')
}

/** Names and their values, one pair per line. */
export function facts(pairs: readonly (readonly [name: string, value: Cell])[]): string {
  const width = Math.max(...pairs.map(([name]) => displayWidth(name)))
  return pairs
    .map(([name, value]) => `${name}${' '.repeat(width - displayWidth(name))}  ${formatCell(value)}`)
    .join('\n')
}
