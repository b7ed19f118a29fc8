import v8 from 'node:v8'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { limitHeapGrowth } from '../../src/main/heap-growth'

const megabyte = 1024 * 1024
const space = { space_used_size: 0, space_available_size: 0, physical_space_size: 0 }
let size = 0
let flags: string[] = []

beforeEach(() => {
  vi.useFakeTimers()
  flags = []
  vi.spyOn(v8, 'setFlagsFromString').mockImplementation(flag => void flags.push(flag))
  vi.spyOn(v8, 'getHeapSpaceStatistics').mockImplementation(() => [
    { ...space, space_name: 'old_space', space_size: 900 * megabyte },
    { ...space, space_name: 'new_space', space_size: size },
  ])
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

// Red: in src/main/heap-growth.ts leave out --no-allocation-site-pretenuring.
it('limits the old generation, and keeps the objects of requests out of it', () => {
  limitHeapGrowth().dispose()
  expect(flags).toEqual(['--heap-growing-percent=20', '--no-allocation-site-pretenuring'])
})

// Red: in src/main/heap-growth.ts do not look at the size.
it('stops the young generation when it has reached its limit', () => {
  const growth = limitHeapGrowth(16 * megabyte)
  flags = []
  for (const megabytes of [1, 8])
    grow(megabytes)
  expect(flags).toEqual([])
  grow(16)
  grow(16)
  expect(flags).toEqual(['--semi-space-growth-factor=1'])
  growth.dispose()
})

function grow(megabytes: number): void {
  size = megabytes * megabyte
  vi.advanceTimersByTime(250)
}
