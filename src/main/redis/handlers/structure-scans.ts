import type { PackedKind } from '../../base/packed/reader'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import { Buffer } from 'node:buffer'
import { PackedReader } from '../../base/packed/reader'
import { readScanCursor, readScanOptions } from '../scan-options'
import { readPacked } from '../structures'
import { countGiven } from './structure-answers'

/** So many items come in one page, whatever COUNT says, as Redis does with small ones. */
const wholeMost = 512
/** Each page looks at all items, so a listing has so many pages at most. */
const pagesMost = 256
const hashes = 2 ** 32

/**
 * A cursor is a place among the hashes of names, so what is there from the beginning to the end is
 * shown once, whatever comes and goes meanwhile.
 */
function scan(call: RedisCall, cache: ReadableCache, kind: PackedKind): RedisAnswer {
  const cursor = Number(readScanCursor(call.text(2)))
  const bytes = readPacked(cache, kind, call)
  if (bytes === undefined)
    return [Buffer.from('0'), []]
  const { matches, count } = readScanOptions(call, 3, false)
  const reader = new PackedReader(bytes, kind)
  const pages = reader.count <= wholeMost ? 1 : Math.min(pagesMost, Math.ceil(reader.count / count))
  const end = pages === 1 ? hashes : cursor + Math.ceil(hashes / pages)
  const isWhole = cursor === 0 && end >= hashes
  const found: Buffer[] = []
  while (reader.next()) {
    const place = isWhole ? 0 : hashOf(reader)
    if (place < cursor || place >= end || !matches(reader.nameBytes()))
      continue
    found.push(reader.nameBytes())
    if (kind === 'hash')
      found.push(reader.valueBytes())
  }
  return [Buffer.from(String(end >= hashes ? 0 : end)), countGiven(call, found)]
}

/** FNV-1a of a name, mixed as MurmurHash 3 does at its end: all 32 bits depend on each byte. */
function hashOf({ bytes, nameStart, nameEnd }: PackedReader): number {
  let hash = 0x811C9DC5
  for (let at = nameStart; at < nameEnd; at++)
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85EBCA6B)
  hash = Math.imul(hash ^ (hash >>> 13), 0xC2B2AE35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Listings of one structure. */
export const structureScans = {
  hscan: (call: RedisCall, cache: ReadableCache): RedisAnswer => scan(call, cache, 'hash'),
  sscan: (call: RedisCall, cache: ReadableCache): RedisAnswer => scan(call, cache, 'set'),
}
