import type { ColumnType } from '../table'
import type { FlatTable } from './flatbuffer'
import { brokenAt, quoted, unfit } from '../fault'
import { checkNames } from '../table'

/** How values lie in their buffers. */
export type ArrowType =
  | { kind: 'null' | 'boolean' | 'half' | 'float' | 'double' }
  | { kind: 'int', bits: number, signed: boolean }
  | { kind: 'text' | 'bytes', layout: 'small' | 'large' | 'view' }
  | { kind: 'fixed', width: number }
  | { kind: 'decimal', bits: number, scale: number }
  | { kind: 'day' }
  | { kind: 'dayMillis' }
  /** Of a day, since 1970, or between two: `bits` wide, `perSecond` parts. */
  | { kind: 'time' | 'moment' | 'duration', bits: number, perSecond: bigint }

export interface ArrowField {
  name: string
  type: ArrowType
  /** The words that the column's numbers stand for. */
  dictionary: { id: number, index: ArrowType } | null
}

const units = [1n, 1_000n, 1_000_000n, 1_000_000_000n]

/** Reads a Schema. Throws FormatFault, also for columns that are not flat. */
export function readSchema(schema: FlatTable): ArrowField[] {
  if (schema.int16(0, 0) !== 0)
    throw unfit('This Arrow value is big-endian, which Larder does not read.')
  const fields = schema.tables(1).map((field): ArrowField => {
    const name = field.text(0)
    const dictionary = field.table(4)
    const index = dictionary?.table(1)
    return {
      name,
      type: arrowTypeOf(field, name),
      dictionary: dictionary && {
        id: dictionary.int64(0, 0),
        index: index ? intOf(index) : { kind: 'int', bits: 32, signed: true },
      },
    }
  })
  checkNames(fields.map(({ name }) => name))
  return fields
}

function intOf(type: FlatTable): ArrowType {
  const bits = type.int32(0, 0)
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64)
    throw brokenAt(type.place, `begins a header with whole numbers of ${bits} bits`)
  return { kind: 'int', bits, signed: type.int8(1, 0) !== 0 }
}

function unitOf(type: FlatTable, initial: number): bigint {
  const unit = units[type.int16(0, initial)]
  if (unit === undefined)
    throw brokenAt(type.place, 'begins a header with an unknown unit of time')
  return unit
}

function arrowTypeOf(field: FlatTable, name: string): ArrowType {
  const code = field.int8(2, 0)
  const type = field.table(3)
  if (type === null)
    throw brokenAt(field.place, `begins a header that gives ${quoted(name)} no type`)
  switch (code) {
    case 1: return { kind: 'null' }
    case 2: return intOf(type)
    case 3: return { kind: (['half', 'float', 'double'] as const)[type.int16(0, 0)] ?? 'double' }
    case 4: return { kind: 'bytes', layout: 'small' }
    case 5: return { kind: 'text', layout: 'small' }
    case 6: return { kind: 'boolean' }
    case 7: return decimalOf(type)
    case 8: return { kind: type.int16(0, 1) === 0 ? 'day' : 'dayMillis' }
    case 9: return { kind: 'time', bits: type.int32(1, 32) === 64 ? 64 : 32, perSecond: unitOf(type, 1) }
    case 10: return { kind: 'moment', bits: 64, perSecond: unitOf(type, 0) }
    case 15: return { kind: 'fixed', width: type.int32(0, 0) }
    case 18: return { kind: 'duration', bits: 64, perSecond: unitOf(type, 1) }
    case 19: return { kind: 'bytes', layout: 'large' }
    case 20: return { kind: 'text', layout: 'large' }
    case 23: return { kind: 'bytes', layout: 'view' }
    case 24: return { kind: 'text', layout: 'view' }
    default: throw unfit(`The column ${quoted(name)} holds lists, objects or another type (${code})`
      + ' that Larder does not read from Arrow.')
  }
}

function decimalOf(type: FlatTable): ArrowType {
  const bits = type.int32(2, 128)
  if (bits !== 32 && bits !== 64 && bits !== 128 && bits !== 256)
    throw brokenAt(type.place, `begins a header with decimals of ${bits} bits`)
  return { kind: 'decimal', bits, scale: type.int32(1, 0) }
}

/** What the cells of a column are, where the schema says more than they do; null if they decide. */
export function columnTypeOf({ kind }: ArrowType): ColumnType | null {
  return kind === 'half' || kind === 'float' || kind === 'double' || kind === 'decimal' ? 'number' : null
}

/** What a column without a value is. */
export function emptyArrowType({ kind }: ArrowType): ColumnType {
  switch (kind) {
    case 'boolean':
    case 'bytes':
    case 'day':
    case 'moment': return kind
    case 'dayMillis': return 'day'
    case 'int': return 'integer'
    case 'fixed': return 'bytes'
    default: return 'text'
  }
}
