import type { Sink } from './sink'
import type { RowTable } from './table'
import type { Scalar, Value } from './values'
import { Buffer } from 'node:buffer'
import { limits } from '@shared/limits'
import { quoted, unfit } from './fault'
import { createSink } from './sink'
import { CalendarDay, isList, isScalar, membersOf, Moment, writeTime } from './values'

/** Writes any value as MessagePack, each number in its shortest form. Throws FormatFault. */
export function writeMsgpack(value: Value, limit: number): Buffer {
  const sink = createSink(limit)
  writeValue(value, sink, 0)
  return sink.end()
}

/** Writes rows as a list of maps with all columns. A column of doubles stays one. */
export function writeMsgpackRows({ rows, columns }: RowTable, limit: number): Buffer {
  const sink = createSink(limit)
  writeHead(sink, listForms, rows)
  for (let row = 0; row < rows; row++) {
    writeHead(sink, mapForms, columns.length)
    for (const { name, type, cells } of columns) {
      writeText(name, sink)
      const cell = cells[row] ?? null
      if (type === 'number' && typeof cell === 'number')
        writeDouble(cell, sink)
      else
        writeScalar(cell, sink)
    }
  }
  return sink.end()
}

function writeValue(value: Value, sink: Sink, depth: number): void {
  if (depth > limits.jsonDepth)
    throw unfit(`The value is nested deeper than ${limits.jsonDepth} levels.`)
  if (isScalar(value)) {
    writeScalar(value, sink)
  }
  else if (isList(value)) {
    writeHead(sink, listForms, value.length)
    for (const item of value)
      writeValue(item, sink, depth + 1)
  }
  else {
    const members = membersOf(value)
    writeHead(sink, mapForms, members.length)
    for (const [name, member] of members) {
      writeText(name, sink)
      writeValue(member, sink, depth + 1)
    }
  }
}

function writeScalar(value: Scalar, sink: Sink): void {
  switch (typeof value) {
    case 'boolean': return writeByte(sink, value ? 0xC3 : 0xC2)
    case 'string': return writeText(value, sink)
    case 'bigint': return writeBigint(value, sink)
    case 'number': return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? writeWhole(value, sink)
      : writeDouble(value, sink)
    default: {
      if (value === null)
        return writeByte(sink, 0xC0)
      if (value instanceof Moment)
        return writeMoment(value, sink)
      if (value instanceof CalendarDay)
        return writeText(writeTime(value), sink)
      writeHead(sink, byteForms, value.length)
      sink.bytes(value)
    }
  }
}

function writeByte(sink: Sink, byte: number): void {
  sink.take(1)[0] = byte
}

/** Codes of lengths: up to `fix` in the code itself, then of one (unless 0), two and four bytes. */
interface Forms { readonly fix: number, readonly base: number, readonly codes: readonly [number, number, number] }

const listForms: Forms = { fix: 15, base: 0x90, codes: [0, 0xDC, 0xDD] }
const mapForms: Forms = { fix: 15, base: 0x80, codes: [0, 0xDE, 0xDF] }
const textForms: Forms = { fix: 31, base: 0xA0, codes: [0xD9, 0xDA, 0xDB] }
const byteForms: Forms = { fix: -1, base: 0, codes: [0xC4, 0xC5, 0xC6] }

function writeHead(sink: Sink, { fix, base, codes: [one, two, four] }: Forms, length: number): void {
  if (length <= fix) {
    writeByte(sink, base + length)
  }
  else if (one !== 0 && length < 0x100) {
    const head = sink.take(2)
    head[0] = one
    head[1] = length
  }
  else if (length < 0x10000) {
    const head = sink.take(3)
    head[0] = two
    head.writeUInt16BE(length, 1)
  }
  else {
    const head = sink.take(5)
    head[0] = four
    head.writeUInt32BE(length, 1)
  }
}

function writeText(text: string, sink: Sink): void {
  if (!text.isWellFormed())
    throw unfit(`The text ${quoted(text)} holds half a surrogate pair, which MessagePack cannot.`)
  writeHead(sink, textForms, Buffer.byteLength(text))
  sink.text(text)
}

function writeDouble(value: number, sink: Sink): void {
  const place = sink.take(9)
  place[0] = 0xCB
  place.writeDoubleBE(value, 1)
}

function writeWhole(value: number, sink: Sink): void {
  if (value >= -32 && value < 0x80)
    return writeByte(sink, value & 0xFF)
  const bytes = value >= 0
    ? value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8
    : value >= -0x80 ? 1 : value >= -0x8000 ? 2 : value >= -0x80000000 ? 4 : 8
  if (bytes === 8)
    return writeBigint(BigInt(value), sink)
  const place = sink.take(bytes + 1)
  place[0] = (value >= 0 ? 0xCC : 0xD0) + Math.log2(bytes)
  if (value >= 0)
    place.writeUIntBE(value, 1, bytes)
  else
    place.writeIntBE(value, 1, bytes)
}

function writeBigint(value: bigint, sink: Sink): void {
  if (value >= 2n ** 64n || value < -(2n ** 63n))
    throw unfit(`The number ${value.toString().slice(0, 40)} has more than the 64 bits that MessagePack can say.`)
  const place = sink.take(9)
  place[0] = value >= 0n ? 0xCF : 0xD3
  if (value >= 0n)
    place.writeBigUInt64BE(value, 1)
  else
    place.writeBigInt64BE(value, 1)
}

/** The form of 12 bytes, which says every second and nanosecond. */
function writeMoment({ micros }: Moment, sink: Sink): void {
  const below = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const place = sink.take(15)
  place[0] = 0xC7
  place[1] = 12
  place[2] = 0xFF
  place.writeUInt32BE(Number(below) * 1000, 3)
  place.writeBigInt64BE((micros - below) / 1_000_000n, 7)
}
