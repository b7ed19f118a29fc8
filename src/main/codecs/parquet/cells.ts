import type { ColumnType } from '../table'
import type { Scalar } from '../values'
import type { ColumnSchema } from './metadata'
import type { Struct } from './thrift-read'
import type { Raw } from './values'
import { isUtf8 } from 'node:buffer'
import { brokenAt, quoted, unfit } from '../fault'
import { floorDivide, halfOf, shortest, timeInDay, wholeOf } from '../numbers'
import { bufferOf } from '../utf8'
import { calendarDayOf, momentOf } from '../values'

/** Numbers of the older annotations (ConvertedType) and the newer ones (LogicalType). */
const converted = {
  utf8: 0,
  enum: 4,
  decimal: 5,
  date: 6,
  timeMillis: 7,
  timeMicros: 8,
  millis: 9,
  micros: 10,
  uint32: 13,
  uint64: 14,
  json: 19,
  interval: 21,
}
const logical = {
  string: 1,
  enum: 4,
  decimal: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  integer: 10,
  json: 12,
  uuid: 14,
  float16: 15,
}

type Reader = (raw: Raw) => Scalar

/** The type of a column, where the schema says more than its cells; null if they decide. */
export function cellTypeOf(column: ColumnSchema): ColumnType | null {
  const isDecimal = column.converted === converted.decimal || has(column, logical.decimal)
  return isDecimal || column.type === 'FLOAT' || column.type === 'DOUBLE' || has(column, logical.float16)
    ? 'number'
    : null
}

/** What a column without a value is. */
export function emptyParquetType(column: ColumnSchema): ColumnType {
  const { type, converted: old } = column
  switch (type) {
    case 'BOOLEAN': return 'boolean'
    case 'INT32':
      if (old === converted.date || has(column, logical.date))
        return 'day'
      return old === converted.timeMillis || has(column, logical.time) ? 'text' : 'integer'
    case 'INT64':
      if (old === converted.millis || old === converted.micros || has(column, logical.timestamp))
        return 'moment'
      return old === converted.timeMicros || has(column, logical.time) ? 'text' : 'integer'
    case 'INT96': return 'moment'
    case 'BYTE_ARRAY': return isText(column) ? 'text' : 'bytes'
    default: return has(column, logical.uuid) ? 'text' : 'bytes'
  }
}

function isText(column: ColumnSchema): boolean {
  const { converted: old } = column
  return old === converted.utf8 || old === converted.enum || old === converted.json
    || has(column, logical.string) || has(column, logical.enum) || has(column, logical.json)
}

function has({ logical: type }: ColumnSchema, id: number): boolean {
  return type?.has(id) ?? false
}

/** Makes cells of the values of a column. It throws FormatFault, with the place of the page. */
export function parquetCells(column: ColumnSchema, place: number): Reader {
  const { type, converted: old, scale, name } = column
  if (old === converted.interval)
    throw unfit(`The column ${quoted(name)} holds intervals, which Larder does not read from Parquet.`)
  if (old === converted.decimal || has(column, logical.decimal))
    return raw => (raw instanceof Uint8Array ? wholeOf(raw) : Number(raw)) / 10 ** scale
  switch (type) {
    case 'BOOLEAN':
    case 'FLOAT':
    case 'DOUBLE': return raw => raw as Scalar
    case 'INT32': return int32Reader(column, place)
    case 'INT64': return int64Reader(column, place)
    case 'INT96': return raw => within(momentOf(floorDivide(nanosOf(raw as Uint8Array), 1000n)), place)
    case 'BYTE_ARRAY':
      return isText(column)
        ? raw => textOf(raw as Uint8Array, place)
        : raw => (raw as Uint8Array)
    default:
      if (has(column, logical.uuid))
        return raw => uuidOf(raw as Uint8Array)
      return has(column, logical.float16) && column.length === 2
        ? raw => halfOf(littleEndian(raw as Uint8Array))
        : raw => raw as Scalar
  }
}

function within<T>(value: T | undefined, place: number): T {
  if (value === undefined)
    throw brokenAt(place, 'begins a page with a time beyond the year 9999')
  return value
}

function textOf(bytes: Uint8Array, place: number): string {
  if (!isUtf8(bytes))
    throw brokenAt(place, 'begins a page with text that is not UTF-8')
  return bufferOf(bytes).toString()
}

function int32Reader(column: ColumnSchema, place: number): Reader {
  const { converted: old } = column
  if (old === converted.date || has(column, logical.date))
    return raw => within(calendarDayOf(raw as number), place)
  if (old === converted.timeMillis || has(column, logical.time))
    return raw => timeInDay(BigInt(raw as number) * 1000n)
  return old === converted.uint32 || isUnsigned(column, 32) ? raw => (raw as number) >>> 0 : raw => raw as number
}

function int64Reader(column: ColumnSchema, place: number): Reader {
  const { converted: old } = column
  const timestamp = unitOf(column, logical.timestamp)
  if (old === converted.millis || timestamp === 1)
    return raw => within(momentOf((raw as bigint) * 1000n), place)
  if (old === converted.micros || timestamp === 2)
    return raw => within(momentOf(raw as bigint), place)
  if (timestamp === 3)
    return raw => within(momentOf(floorDivide(raw as bigint, 1000n)), place)
  const time = unitOf(column, logical.time)
  if (old === converted.timeMicros || time !== null)
    return raw => timeInDay(time === 3 ? (raw as bigint) / 1000n : raw as bigint)
  return old === converted.uint64 || isUnsigned(column, 64)
    ? raw => shortest(BigInt.asUintN(64, raw as bigint))
    : raw => shortest(raw as bigint)
}

/** 1 = milliseconds, 2 = microseconds, 3 = nanoseconds; null if it is of another type. */
function unitOf({ logical: type }: ColumnSchema, id: number): number | null {
  const time = type?.get(id)
  const unit = time instanceof Map ? (time as Struct).get(2) : undefined
  const [first] = unit instanceof Map ? (unit as Struct).keys() : []
  return first ?? null
}

function isUnsigned({ logical: type }: ColumnSchema, bits: number): boolean {
  const integer = type?.get(logical.integer)
  return integer instanceof Map && (integer as Struct).get(1) === bits && (integer as Struct).get(2) === false
}

/** Nanoseconds of the day, then the Julian day. */
function nanosOf(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return (BigInt(view.getInt32(8, true)) - 2_440_588n) * 86_400_000_000_000n + view.getBigInt64(0, true)
}

function uuidOf(bytes: Uint8Array): string {
  return bufferOf(bytes).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function littleEndian(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint16(0, true)
}
