import { Buffer } from 'node:buffer'
import { expect, it } from 'vitest'
import { keySlotOf } from '../../../src/main/upstreams/redis/slots'

// The first is the test vector of the specification, the next are what CLUSTER KEYSLOT answers.
// Red: in src/main/upstreams/redis/slots.ts use 0x1022 instead of 0x1021.
it.each([
  ['123456789', 0x31C3],
  ['', 0],
  ['foo', 12_182],
  ['{user1000}.following', 3443],
  ['{user1000}.followers', 3443],
  ['foo{}{bar}', 8363],
  ['foo{{bar}}zap', 4015],
  ['foo{bar}{zap}', 5061],
  ['foo}{bar}', 5061],
  ['foo{bar', 15_278],
])('the slot of %s is %i', (key, slot) => {
  expect(keySlotOf(Buffer.from(key))).toBe(slot)
})
