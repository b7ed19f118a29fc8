import { expect, it } from 'vitest'
import { createThrottle } from '../../../src/renderer/src/components/changed'

// Red: in src/renderer/src/components/changed.ts make `most` 6.
it('lets five changes a second through, whenever the second begins', () => {
  const mayShow = createThrottle()
  const times = [0, 10, 20, 30, 40, 50, 999, 1000, 1005, 1010, 1015, 2000]
  expect(times.filter(mayShow)).toEqual([0, 10, 20, 30, 40, 1000, 1010, 2000])
})
