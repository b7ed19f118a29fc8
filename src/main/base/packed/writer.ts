import { Buffer } from 'node:buffer'
import { longLength, longMark, packedForm } from './reader'

/** A change of packed bytes. */
export interface PackedEdit {
  /** Parts that go, in their order, each with the string that takes its place. */
  cuts: readonly { readonly from: number, readonly to: number, readonly put?: Buffer }[]
  /** Strings of items that come to the end. */
  added: readonly Buffer[]
  /** Items that there are then. */
  count: number
}

/** Packed bytes without items. */
export const nothingPacked = Buffer.from([packedForm, 0, 0, 0, 0])

/**
 * Writes what a change makes of packed bytes, which stay as they are. Returns it.
 *
 * @param result of the length that `editedLength` tells
 */
export function editPacked(bytes: Buffer, { cuts, added, count }: PackedEdit, result: Buffer): Buffer {
  let from = 0
  let to = 0
  for (const cut of cuts) {
    to += bytes.copy(result, to, from, cut.from)
    if (cut.put !== undefined)
      to = writeString(result, to, cut.put)
    from = cut.to
  }
  to += bytes.copy(result, to, from)
  for (const string of added)
    to = writeString(result, to, string)
  result.writeUInt32LE(count, 1)
  return result
}

/** Bytes that a change leaves. */
export function editedLength(bytes: Buffer, { cuts, added }: Pick<PackedEdit, 'cuts' | 'added'>): number {
  let length = bytes.length
  for (const { from, to, put } of cuts)
    length += (put === undefined ? 0 : stringLength(put)) - (to - from)
  for (const string of added)
    length += stringLength(string)
  return length
}

function stringLength({ length }: Buffer): number {
  return length + (length < longMark ? 1 : longLength)
}

/** Returns where it ends. */
function writeString(bytes: Buffer, at: number, string: Buffer): number {
  const { length } = string
  let start = at + 1
  if (length < longMark) {
    bytes[at] = length
  }
  else {
    bytes[at] = longMark
    start = bytes.writeUInt32LE(length, at + 1)
  }
  return start + string.copy(bytes, start)
}
