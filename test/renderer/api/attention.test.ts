import { expect, it } from 'vitest'
import { createAttention } from '../../../src/renderer/src/api/attention'

it('takes somebody for being there for a minute after the last touch', () => {
  const page = new EventTarget()
  let now = 0
  const attended = createAttention(page, () => now)
  expect(attended()).toBe(true)
  now = 60_000
  expect(attended()).toBe(false)
  page.dispatchEvent(new Event('keydown'))
  now = 119_999
  expect(attended()).toBe(true)
  now = 120_000
  expect(attended()).toBe(false)
})
