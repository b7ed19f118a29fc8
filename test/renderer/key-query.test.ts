import { expect, it } from 'vitest'
import { keyOf, keyQuery } from '../../src/renderer/src/key-query'

// Red: in src/renderer/src/key-query.ts put every key into `key`: the router cannot write half a
// pair.
it.each(['', 'a', 'ü%2F', '\uDCFF', 'a/\uDCFFü', '%FF'])('the key %j goes into the address and comes back', (key) => {
  const query = keyQuery(key)
  expect(encodeURI(JSON.stringify(Object.values(query)))).not.toBe('')
  expect([query.key, query.bytes].every(text => text?.isWellFormed() ?? true)).toBe(true)
  expect(keyOf({ ...query } as Parameters<typeof keyOf>[0])).toBe(key)
})

it('takes no half escape out of an address', () => {
  expect(keyOf({ bytes: '%F' })).toBe('')
})
