import type { Sink } from '../sink'
import { Buffer } from 'node:buffer'

/** What a field of a struct may be here; fields that are undefined are left out. */
export type ThriftField =
  | { i32: number }
  | { i64: number }
  | { text: string }
  | { bool: boolean }
  | { list: readonly ThriftFields[] }
  | { i32s: readonly number[] }
  | { texts: readonly string[] }
  | { struct: ThriftFields }
/** Fields by their ids, in ascending order. */
export type ThriftFields = readonly (readonly [id: number, field: ThriftField])[]

const types = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 }

/** Writes a struct in Thrift's compact protocol. */
export function writeStruct(fields: ThriftFields, sink: Sink): void {
  let before = 0
  for (const [id, field] of fields) {
    // No struct of Parquet skips 15 ids.
    writeByte(sink, (id - before) << 4 | codeOf(field))
    before = id
    writeField(field, sink)
  }
  writeByte(sink, 0)
}

function codeOf(field: ThriftField): number {
  if ('bool' in field)
    return field.bool ? 1 : 2
  if ('i32' in field)
    return types.i32
  if ('i64' in field)
    return types.i64
  if ('text' in field)
    return types.text
  return 'struct' in field ? types.struct : types.list
}

function writeField(field: ThriftField, sink: Sink): void {
  if ('i32' in field)
    writeVarint(sink, zigzag(field.i32))
  else if ('i64' in field)
    writeVarint(sink, zigzag(field.i64))
  else if ('text' in field)
    writeText(sink, field.text)
  else if ('struct' in field)
    writeStruct(field.struct, sink)
  else if ('list' in field)
    writeList(sink, types.struct, field.list, fields => writeStruct(fields, sink))
  else if ('i32s' in field)
    writeList(sink, types.i32, field.i32s, number => writeVarint(sink, zigzag(number)))
  else if ('texts' in field)
    writeList(sink, types.text, field.texts, text => writeText(sink, text))
}

function writeList<T>(sink: Sink, type: number, items: readonly T[], write: (item: T) => void): void {
  writeByte(sink, Math.min(items.length, 15) << 4 | type)
  if (items.length >= 15)
    writeVarint(sink, items.length)
  items.forEach(write)
}

function writeText(sink: Sink, text: string): void {
  writeVarint(sink, Buffer.byteLength(text))
  sink.text(text)
}

function zigzag(number: number): number {
  return number >= 0 ? number * 2 : -number * 2 - 1
}

/** @param number below 2^53 */
export function writeVarint(sink: Sink, number: number): void {
  let rest = number
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80))
    writeByte(sink, rest % 0x80 + 0x80)
  writeByte(sink, rest)
}

function writeByte(sink: Sink, byte: number): void {
  sink.take(1)[0] = byte
}
