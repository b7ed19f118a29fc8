import { Buffer } from 'node:buffer'

/** Parts of a FlatBuffer to be written. Fields have their numbers in the schema of Arrow. */
export type FlatNode =
  | { table: readonly (readonly [field: number, value: FlatValue])[] }
  | { tables: readonly FlatNode[] }
  | { text: string }
  | { structs: readonly (readonly bigint[])[] }

export type FlatValue = { bytes: 1 | 2 | 4 | 8, number: number } | { node: FlatNode }

/** Growing bytes with the alignment that FlatBuffers ask for. */
interface Output { bytes: Buffer, end: number }

/** Writes a FlatBuffer with this table at its root; its length is a multiple of 8. */
export function buildFlat(root: FlatNode): Buffer {
  const output: Output = { bytes: Buffer.alloc(1024), end: 4 }
  const place = write(root, output)
  output.bytes.writeUInt32LE(place, 0)
  align(output, 8)
  return output.bytes.subarray(0, output.end)
}

function reserve(output: Output, count: number): number {
  const { end } = output
  if (end + count > output.bytes.length)
    output.bytes = Buffer.concat([output.bytes], Math.max(output.bytes.length * 2, end + count))
  output.end += count
  return end
}

/** Fills up until a place is `rest` bytes before a multiple of `step`. */
function align(output: Output, step: number, rest = 0): void {
  reserve(output, (step - (output.end + rest) % step) % step)
}

/** Writes a part and what it refers to behind it, and returns its place. */
function write(node: FlatNode, output: Output): number {
  if ('text' in node) {
    align(output, 4)
    const length = Buffer.byteLength(node.text)
    const place = reserve(output, 4 + length + 1)
    output.bytes.writeUInt32LE(length, place)
    output.bytes.write(node.text, place + 4)
    return place
  }
  if ('structs' in node) {
    align(output, 8, 4)
    const width = (node.structs[0]?.length ?? 0) * 8
    const place = reserve(output, 4 + node.structs.length * width)
    output.bytes.writeUInt32LE(node.structs.length, place)
    node.structs.flat().forEach((number, index) => output.bytes.writeBigInt64LE(number, place + 4 + index * 8))
    return place
  }
  if ('tables' in node) {
    align(output, 4)
    const place = reserve(output, 4 + node.tables.length * 4)
    output.bytes.writeUInt32LE(node.tables.length, place)
    node.tables.forEach((table, index) => refer(table, place + 4 + index * 4, output))
    return place
  }
  return writeTable(node.table, output)
}

/** Writes a part, and at `from` how far it is from there. */
function refer(node: FlatNode, from: number, output: Output): void {
  const place = write(node, output)
  output.bytes.writeUInt32LE(place - from, from)
}

function writeTable(fields: readonly (readonly [number, FlatValue])[], output: Output): number {
  const slots = fields.reduce((most, [field]) => Math.max(most, field + 1), 0)
  align(output, 2)
  const vtable = reserve(output, 4 + slots * 2)
  align(output, 8)
  const place = reserve(output, 4)
  output.bytes.writeInt32LE(place - vtable, place)
  const placed = fields.map(([field, value]) => {
    const width = 'node' in value ? 4 : value.bytes
    align(output, width)
    const at = reserve(output, width)
    output.bytes.writeUInt16LE(at - place, vtable + 4 + field * 2)
    if (!('node' in value))
      writeNumber(output.bytes, at, width, value.number)
    return [at, value] as const
  })
  output.bytes.writeUInt16LE(4 + slots * 2, vtable)
  output.bytes.writeUInt16LE(output.end - place, vtable + 2)
  for (const [at, value] of placed) {
    if ('node' in value)
      refer(value.node, at, output)
  }
  return place
}

function writeNumber(bytes: Buffer, at: number, width: number, number: number): void {
  if (width === 8)
    bytes.writeBigInt64LE(BigInt(number), at)
  else
    bytes.writeIntLE(number, at, width)
}
