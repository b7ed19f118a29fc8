import type { Hit } from './ports'
import { Buffer, isUtf8 } from 'node:buffer'
import { decodeKey } from '@shared/entry-key'
import { PackedReader } from '../base/packed/reader'

/**
 * An entry as protocols show it that know no hashes and sets: a hash is a JSON object, a set a JSON
 * array, both of texts. Bytes that are no UTF-8 are `{"base64":"…"}`, in the name of a field the
 * escapes that keys have (entry-key.ts). Throws LarderError `internal` where bytes are damaged.
 */
export function readable<H extends Pick<Hit, 'kind' | 'value' | 'contentType'>>(hit: H): H {
  if (hit.kind === 'hash')
    return { ...hit, contentType: json, value: jsonOf(hit.value, 'hash') }
  if (hit.kind === 'set')
    return { ...hit, contentType: json, value: jsonOf(hit.value, 'set') }
  return hit
}

const json = 'application/json'

function jsonOf(bytes: Buffer, kind: 'hash' | 'set'): Buffer {
  const [begin, end] = kind === 'hash' ? '{}' : '[]'
  const items: string[] = []
  const reader = new PackedReader(bytes, kind)
  while (reader.next()) {
    items.push(kind === 'hash'
      ? `${JSON.stringify(decodeKey(reader.nameBytes()))}:${textOf(reader.valueBytes())}`
      : textOf(reader.nameBytes()))
  }
  return Buffer.from(`${begin}${items.join(',')}${end}`)
}

function textOf(bytes: Buffer): string {
  return isUtf8(bytes) ? JSON.stringify(bytes.toString()) : `{"base64":"${bytes.toString('base64')}"}`
}
