import type { Buffer } from 'node:buffer'
import type { PackedKind } from '../base/packed/reader'
import type { Hit } from '../serving/ports'
import { PackedReader } from '../base/packed/reader'
import { integerOf } from './numbers'

/** Bytes up to which Redis holds a value together with its head. */
const embedded = 44
/** Bytes of a name or value, and items, up to which Redis packs structures. */
const packedBytes = 64
const packedItems = { hash: 512, set: 128 } as const
/** Items up to which it holds a set of whole numbers as such. */
const wholeItems = 512

/** How Redis would hold a value, by its settings as they come, in its own words. */
export function encodingOf({ kind, value }: Pick<Hit, 'kind' | 'value'>): string {
  if (kind === 'hash' || kind === 'set')
    return structureEncoding(value, kind)
  return integerOf(value) !== undefined ? 'int' : value.length <= embedded ? 'embstr' : 'raw'
}

function structureEncoding(bytes: Buffer, kind: PackedKind): string {
  const reader = new PackedReader(bytes, kind)
  let isWhole = kind === 'set' && reader.count <= wholeItems
  let isSmall = reader.count <= packedItems[kind]
  while ((isWhole || isSmall) && reader.next()) {
    const [name, value] = [reader.nameBytes(), reader.valueBytes()]
    isWhole &&= integerOf(name) !== undefined
    isSmall &&= name.length <= packedBytes && value.length <= packedBytes
  }
  return isWhole ? 'intset' : isSmall ? 'listpack' : 'hashtable'
}
