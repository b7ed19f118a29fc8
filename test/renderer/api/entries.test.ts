import { expect, it } from 'vitest'
import { createEntries } from '../../../src/renderer/src/api/entries'

function setUp() {
  const sent: Record<string, string>[] = []
  const entries = createEntries((_, { headers } = {}) => {
    sent.push(Object.fromEntries(new Headers(headers)))
    return Promise.resolve(new Response(null, { status: 201, headers: { ETag: '"1"' } }))
  })
  return { entries, sent }
}

// Red: in src/renderer/src/api/entries.ts take the text '0' for the number.
it('sends what was typed as a TTL, which the server refuses if it is 0, and stale from the start by a number', async () => {
  const { entries, sent } = setUp()
  await entries.put('c', 'k', 'v', { ttl: '0' })
  await entries.put('c', 'k', 'v', { ttl: 0, grace: 5 })
  // Red: in src/renderer/src/api/entries.ts leave out `Larder-Given-Grace`.
  await entries.put('c', 'k', 'v', { ttl: 0, givenTtl: '0', grace: 5, givenGrace: 9 })
  const names = ['larder-ttl', 'cache-control', 'larder-grace', 'larder-given-ttl', 'larder-given-grace']
  expect(sent.map(headers => names.map(name => headers[name]))).toEqual([
    ['0', undefined, undefined, undefined, undefined],
    [undefined, 'max-age=0', '5.000', undefined, undefined],
    [undefined, 'max-age=0', '5.000', '0', '9.000'],
  ])
})

// Red: in src/renderer/src/api/entries.ts leave out `requireAscii`.
it.each([
  ['Larder-TTL', { ttl: '५' }],
  ['Content-Type', { contentType: 'text/плейн' }],
  ['Content-Type', { contentType: 'text/plain\nX: 1' }],
])('names %s where a browser would only say that a header is wrong', async (field, options) => {
  const { entries, sent } = setUp()
  await expect(entries.put('c', 'k', 'v', options)).rejects.toMatchObject({
    code: 'invalid-input',
    errors: [{ field, message: 'must be plain ASCII' }],
  })
  expect(sent).toEqual([])
})
