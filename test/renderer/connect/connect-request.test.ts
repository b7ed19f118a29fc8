import type { StorageFormat } from '../../../src/shared/formats'
import { expect, it } from 'vitest'
import { connectRequest } from '../../../src/renderer/src/connect/connect-request'
import { writeCurl } from '../../../src/renderer/src/snippets/curl'

it('stores a value, and reads it', () => {
  const [store, read] = (['store', 'read'] as const).map(what =>
    writeCurl(connectRequest(what, 'http://localhost:7777', 'products', 'none')))
  expect(store).toContain('-X PUT')
  expect(store).toContain('http://localhost:7777/api/caches/products/entries/greeting')
  expect(read).toBe(
    'curl -H "Api-Key: $LARDER_API_KEY" http://localhost:7777/api/caches/products/entries/greeting',
  )
})

// Red: in src/renderer/src/connect/connect-request.ts store the value of `json` in every cache.
it('stores what the cache takes', () => {
  const bodyOf = (format: StorageFormat | 'none'): unknown => connectRequest('store', 'http://a', 'c', format).body
  expect([bodyOf('none'), bodyOf('msgpack')]).toEqual(['{"hello":"world"}', '{"hello":"world"}'])
  expect([bodyOf('csv'), bodyOf('text')]).toEqual(['[{"hello":"world"}]', 'hello'])
})
