import { expect, it } from 'vitest'
import { createWindows } from '../../../src/renderer/src/views/cache/entries/windows'

interface Read {
  offset: number
  limit: number
  signal: AbortSignal
  answer: (count?: number, prefix?: string) => Promise<void>
  fail: (error: Error) => Promise<void>
}

function create(): {
  windows: ReturnType<typeof createWindows<string>>
  reads: Read[]
  changes: () => number
  errors: unknown[]
} {
  const reads: Read[] = []
  const errors: unknown[] = []
  let changes = 0
  const windows = createWindows<string>({
    size: 10,
    keep: 3,
    read: (offset, limit, signal) => new Promise((resolve, reject) => reads.push({
      offset,
      limit,
      signal,
      async answer(count = 1000, prefix = 'row') {
        resolve({
          rows: Array.from({ length: Math.max(0, Math.min(limit, count - offset)) }, (_, i) =>
            `${prefix} ${offset + i}`),
          count,
        })
        await Promise.resolve()
      },
      async fail(error) {
        reject(error)
        await Promise.resolve()
      },
    })),
    onChange: () => changes++,
    onError: error => errors.push(error),
  })
  return { windows, reads, changes: () => changes, errors }
}

it('reads the windows that are looked at, each once', async () => {
  const { windows, reads, changes } = create()
  windows.want(0, 1)
  expect(windows.count).toBe(null)
  await reads[0]?.answer()
  windows.want(5, 25)
  windows.want(6, 26)
  expect(reads.map(({ offset, limit }) => [offset, limit])).toEqual([[0, 10], [10, 10], [20, 10]])
  await reads[1]?.answer()
  expect(windows.at(9)).toBe('row 9')
  expect(windows.at(10)).toBe('row 10')
  expect(windows.at(20)).toBe(undefined)
  expect(changes()).toBe(2)
})

it('cancels what was scrolled past, and takes no late answer of it', async () => {
  const { windows, reads } = create()
  windows.want(0, 1)
  await reads[0]?.answer()
  windows.want(500, 505)
  windows.want(900, 905)
  expect(reads[1]?.signal.aborted).toBe(true)
  await reads[1]?.answer(7)
  expect(windows.count).toBe(1000)
  expect(windows.at(500)).toBe(undefined)
})

it('keeps the old rows until the new ones are there', async () => {
  const { windows, reads } = create()
  windows.want(0, 5)
  await reads[0]?.answer()
  windows.invalidate()
  expect(windows.at(0)).toBe('row 0')
  expect(windows.isCurrent(0)).toBe(false)
  await reads[1]?.answer(1001, 'new')
  expect(windows.at(0)).toBe('new 0')
  expect(windows.count).toBe(1001)
  expect(reads).toHaveLength(2)
})

it('reads again what changed while it was on its way', async () => {
  const { windows, reads } = create()
  windows.want(0, 5)
  windows.invalidate()
  expect(reads).toHaveLength(1)
  await reads[0]?.answer()
  expect(reads).toHaveLength(2)
  await reads[1]?.answer()
  expect(reads).toHaveLength(2)
  expect(windows.isCurrent(0)).toBe(true)
})

it('forgets windows that nobody looks at, and those behind a shorter end', async () => {
  const { windows, reads } = create()
  for (let from = 0; from < 60; from += 10) {
    windows.want(from, from + 10)
    await reads.at(-1)?.answer()
  }
  expect([0, 10, 20, 30, 40, 50].filter(index => windows.at(index) !== undefined)).toEqual([30, 40, 50])
  windows.invalidate()
  await reads.at(-1)?.answer(35)
  expect(windows.at(40)).toBe(undefined)
  expect(windows.indexOf(row => row === 'row 31')).toBe(31)
})

it('tells failures, and tries again after the next change', async () => {
  const { windows, reads, errors } = create()
  windows.want(0, 5)
  await reads[0]?.fail(new Error('off'))
  expect(errors).toHaveLength(1)
  windows.invalidate()
  expect(reads).toHaveLength(2)
})
