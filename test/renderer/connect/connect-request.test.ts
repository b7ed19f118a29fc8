import { expect, it } from 'vitest'
import { connectRequest } from '../../../src/renderer/src/connect/connect-request'
import { writeCurl } from '../../../src/renderer/src/snippets/curl'

it('stores a value, and reads it', () => {
  const [store, read] = (['store', 'read'] as const).map(what =>
    writeCurl(connectRequest(what, 'http://localhost:7777', 'products')))
  expect(store).toContain('-X PUT')
  expect(store).toContain('http://localhost:7777/api/caches/products/entries/greeting')
  expect(read).toBe(
    'curl -H "Api-Key: $LARDER_API_KEY" http://localhost:7777/api/caches/products/entries/greeting',
  )
})
