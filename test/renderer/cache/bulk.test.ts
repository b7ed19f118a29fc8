import type { BatchAnswer, BatchInput } from '../../../src/shared/entries'
import { expect, it } from 'vitest'
import { exportAll } from '../../../src/renderer/src/views/cache/entries/bulk'
import { BatchOperation } from '../../../src/shared/entries'
import { parseInput } from '../../../src/shared/validation'

const contentType = 'a/b'
const peeks: Record<string, BatchAnswer['results'][number]> = {
  fresh: { status: 200, value: { text: '1' }, contentType, ttl: 6.5, givenTtl: 10, grace: 20, tags: ['x,y'] },
  endless: { status: 200, value: { base64: '/w==' }, contentType, ttl: null, givenTtl: null, grace: 0, tags: [] },
  stale: { status: 200, value: { text: '' }, contentType, ttl: -3, givenTtl: 10, grace: 20, tags: [] },
  over: { status: 200, value: { text: '' }, contentType, ttl: -3, givenTtl: 10, grace: 3, tags: [] },
  gone: { status: 404, reason: 'absent' },
}

it('exports without a trace, in lines that a batch can set', async () => {
  const asked: BatchInput['operations'] = []
  const entries = {
    list: async () => ({ entries: Object.keys(peeks).map(key => ({ key, bytes: 1 })), cursor: null }),
    batch: async (_: string, operations: BatchInput['operations']): Promise<BatchAnswer> => {
      asked.push(...operations)
      return { results: operations.map(({ key }) => peeks[key] ?? { status: 500 }) }
    },
  }
  const { file, count } = await exportAll({
    api: { entries, client: {} } as never,
    cache: 'c',
    target: { filter: null },
    signal: new AbortController().signal,
    onProgress: () => {},
  })
  expect(asked.map(({ op }) => op)).toEqual(['peek', 'peek', 'peek', 'peek', 'peek'])
  expect(count).toBe(3)
  const lines = (await file.text()).trim().split('\n').map(line => JSON.parse(line) as object)
  expect(lines).toEqual([
    { key: 'fresh', value: { text: '1' }, contentType, ttl: 6.5, grace: 20, tags: ['x,y'] },
    { key: 'endless', value: { base64: '/w==' }, contentType, ttl: null, grace: 0, tags: [] },
    { key: 'stale', value: { text: '' }, contentType, ttl: 0, grace: 17, tags: [] },
  ])
  for (const line of lines)
    expect(() => parseInput(BatchOperation, { op: 'set', ...line })).not.toThrow()
})
