import type { Buffer } from 'node:buffer'
import type { PackedKind } from '../../base/packed/reader'
import type { RedisCall } from '../redis-call'
import { PackedReader } from '../../base/packed/reader'

/** What is taken of each item. */
export function eachItem(bytes: Buffer, kind: PackedKind, take: (reader: PackedReader) => Buffer[]): Buffer[] {
  const taken: Buffer[] = []
  const reader = new PackedReader(bytes, kind)
  while (reader.next())
    taken.push(...take(reader))
  return taken
}

/** Notes how many bytes an answer gives. Returns it. */
export function countGiven<T extends Buffer | null>(call: RedisCall, answer: T[]): T[] {
  for (const bytes of answer)
    call.given += bytes?.length ?? 0
  return answer
}
