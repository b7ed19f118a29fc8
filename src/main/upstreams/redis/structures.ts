import type { Argument, Reply } from '../../base/resp'
import { Buffer } from 'node:buffer'
import { decodeKey } from '@shared/entry-key'

interface Structure {
  command: (key: Uint8Array) => readonly Argument[]
  read: (items: readonly string[]) => unknown
}

/** What Redis holds besides strings, by its name there, and how it is written as JSON. */
export const structures: ReadonlyMap<string, Structure> = new Map<string, Structure>([
  ['hash', { command: key => ['HGETALL', key], read: items => Object.fromEntries(pairsOf(items)) as unknown }],
  ['list', { command: key => ['LRANGE', key, '0', '-1'], read: items => items }],
  // Its order means nothing and may change, which would look like another value.
  ['set', { command: key => ['SMEMBERS', key], read: items => items.toSorted() }],
  ['zset', {
    command: key => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
    read: items => pairsOf(items).map(([member, score]) => ({ member, score: scoreOf(score) })),
  }],
])

/** The JSON of a structure. Bytes that are not UTF-8 become halves of surrogates, as in keys. */
export function readStructure({ read }: Structure, items: readonly Reply[]): Buffer {
  return Buffer.from(JSON.stringify(read(items.map(item => Buffer.isBuffer(item) ? decodeKey(item) : String(item)))))
}

function pairsOf(items: readonly string[]): [string, string][] {
  return Array.from({ length: items.length / 2 }, (_, index) => [items[index * 2] ?? '', items[index * 2 + 1] ?? ''])
}

/** JSON has no infinity, so that one stays text. */
function scoreOf(text: string): number | string {
  const score = Number(text)
  return Number.isFinite(score) ? score : text
}
