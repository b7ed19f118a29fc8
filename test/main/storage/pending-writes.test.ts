import type { PersistedEntry } from '../../../src/main/cache/ports'
import { Buffer } from 'node:buffer'
import { expect, it } from 'vitest'
import { createPendingWrites } from '../../../src/main/storage/pending-writes'

function entry(key: string): PersistedEntry {
  return { key, value: Buffer.alloc(100), contentType: 'text/plain', tags: [], version: 1 } as unknown as PersistedEntry
}

// Red: in src/main/storage/pending-writes.ts let `take` exceed `most`, or keep `cleared` for the
// rest.
it('s28 hands over a backlog in parts: in order, cleared once, and caches take turns', () => {
  const pending = createPendingWrites()
  pending.clear('a')
  for (let at = 0; at < 10; at++)
    pending.put('a', entry(`k${at}`))
  pending.put('b', entry('k'))
  const parts: [cache: string, cleared: boolean, keys: string[]][][] = []
  while (!pending.isEmpty)
    parts.push([...pending.take(2000)].map(([cache, { cleared, changes }]) => [cache, cleared, [...changes.keys()]]))
  expect(parts).toEqual([
    [['a', true, ['k0', 'k1', 'k2', 'k3']]],
    [['b', false, ['k']], ['a', false, ['k4', 'k5', 'k6']]],
    [['a', false, ['k7', 'k8', 'k9']]],
  ])
  expect(pending.bytes).toBe(0)
})

it('removes by itself what was handed over behind its clearing', () => {
  const pending = createPendingWrites()
  pending.clear('a')
  pending.put('a', entry('first'))
  pending.put('a', entry('second'))
  pending.take(1)
  pending.remove('a', 'first')
  expect([
    ...pending.take(1000).get('a')?.changes ?? [],
  ].map(([key, { type }]) => [key, type])).toEqual([['second', 'put'], ['first', 'remove']])
})
