import type { Children } from './json-scan'
import type { Sliced } from './slices'
import { childrenOf, excerptAt, kindAt, rootOf } from './json-scan'
import { createOffsets } from './slices'

/** Rows and columns of a value, regardless of the format it was written in. */
export interface Table {
  readonly columns: readonly string[]
  readonly count: number
  /** Cells in the order of the columns; empty if the row has none. */
  row: (index: number) => string[]
}

/** Maximum numbers of columns shown, of rows that are searched for them, and of bytes per cell. */
const mostColumns = 24
const lookedAt = 50
const longestCell = 160
const stride = 65_536
/** No versions and no dates. */
const numeric = /^-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?:e[-+]?\d+)?$/i

/** Reads a JSON array of objects, one per row; undefined for other JSON. The bytes must be JSON. */
export function* readJsonTable(bytes: Uint8Array): Sliced<Table | undefined> {
  const root = rootOf(bytes)
  if (kindAt(bytes, root) !== 'array')
    return undefined
  const items = yield* childrenOf(bytes, root)
  const columns = new Set<string>()
  for (let index = 0; index < Math.min(items.count, lookedAt); index++) {
    if (kindAt(bytes, items.start(index)) !== 'object')
      return undefined
    const members = yield* childrenOf(bytes, items.start(index))
    for (let at = 0; at < members.count; at++)
      columns.add(nameAt(bytes, members, at))
  }
  if (items.count === 0 || columns.size === 0)
    return undefined
  const shown = [...columns].slice(0, mostColumns)
  return {
    columns: shown,
    count: items.count,
    row(index) {
      const cells = new Map<string, string>()
      const start = items.start(index)
      if (kindAt(bytes, start) !== 'object')
        return shown.map((_, at) => at === 0 ? excerptAt(bytes, start, longestCell) : '')
      // A row that is too large for one step is not worth splitting into cells.
      const work = childrenOf(bytes.subarray(0, Math.min(bytes.length, start + stride)), start)
      const step = work.next()
      if (!step.done)
        return shown.map((_, at) => at === 0 ? excerptAt(bytes, start, longestCell) : '')
      for (let at = 0; at < step.value.count; at++)
        cells.set(nameAt(bytes, step.value, at), textAt(bytes, step.value.start(at)))
      return shown.map(column => cells.get(column) ?? '')
    },
  }
}

/** Indexes of the columns that hold nothing but numbers, as far as their first rows tell. */
export function numericColumns({ columns, count, row }: Table): ReadonlySet<number> {
  const rows = Array.from({ length: Math.min(count, lookedAt) }, (_, index) => row(index))
  return new Set([...columns.keys()].filter((at) => {
    const cells = rows.map(cells => cells[at] ?? '').filter(cell => cell !== '')
    return cells.length > 0 && cells.every(cell => numeric.test(cell))
  }))
}

function nameAt(bytes: Uint8Array, members: Children, index: number): string {
  return unquote(excerptAt(bytes, members.name(index), longestCell))
}

function textAt(bytes: Uint8Array, at: number): string {
  const written = excerptAt(bytes, at, longestCell)
  return kindAt(bytes, at) === 'string' ? unquote(written) : written
}

function unquote(written: string): string {
  try {
    return String(JSON.parse(written))
  }
  catch {
    // The text was cut off and is no longer a JSON string, so it is shown as written.
    return written.slice(1)
  }
}

/** Reads rows separated by comma, semicolon or tab (RFC 4180); the first one names the columns. */
export function* readCsvTable(bytes: Uint8Array): Sliced<Table | undefined> {
  const starts = createOffsets()
  starts.push(0)
  let quoted = false
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0x22)
      quoted = !quoted
    else if (bytes[at] === 0x0A && !quoted && at + 1 < bytes.length)
      starts.push(at + 1)
    if (at % stride === 0)
      yield
  }
  const decoder = new TextDecoder()
  const line = (index: number): string => {
    const from = starts.at(index)
    const to = index + 1 < starts.length ? starts.at(index + 1) : bytes.length
    return decoder.decode(bytes.subarray(from, Math.min(to, from + stride))).replace(/\r?\n$/, '')
  }
  const head = line(0)
  const separator = [',', ';', '\t']
    .map(char => ({ char, count: head.split(char).length }))
    .sort((a, b) => b.count - a.count)[0]
  if (!separator || separator.count < 2)
    return undefined
  const columns = splitLine(head, separator.char).slice(0, mostColumns)
  return {
    columns,
    count: starts.length - 1,
    row(index) {
      const cells = splitLine(line(index + 1), separator.char)
      return columns.map((_, at) => (cells[at] ?? '').slice(0, longestCell))
    },
  }
}

/** Returns the fields of one record, without surrounding quotes and with doubled quotes undone. */
export function splitLine(line: string, separator: string): string[] {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? ''
    if (char === '"' && quoted && line[at + 1] === '"') {
      field += '"'
      at++
    }
    else if (char === '"' && (quoted || field === '')) {
      quoted = !quoted
    }
    else if (char === separator && !quoted) {
      fields.push(field)
      field = ''
    }
    else {
      field += char
    }
  }
  return [...fields, field]
}
