import { expect, it } from 'vitest'
import { keepPlace, takePlace } from '../../src/renderer/src/place'

const origin = 'http://localhost:7777'
const lifetime = 600_000

function storageOf(items = new Map<string, string>()): () => Storage {
  const storage = {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  }
  return () => storage as unknown as Storage
}

function keptAt(at: string, storage = storageOf()): () => Storage {
  storage().setItem('larder.place', JSON.stringify({ at, since: 0 }))
  return storage
}

it.each([
  '/settings',
  '/requests?q=result%3Amiss&since=1h',
  '/caches/products?tab=settings',
  '/docs#error-internal',
  '/',
])(
  'leads back to %s, once',
  (at) => {
    const storage = storageOf()
    const { pathname, search, hash } = new URL(at, origin)
    keepPlace({ pathname, search, hash }, storage, 5)
    expect(takePlace(origin, storage, 5)).toBe(at)
    expect(takePlace(origin, storage, 5)).toBeNull()
  },
)

// S20. Red when `pathWithin` in src/renderer/src/place.ts returns `at`.
it.each([
  '//example.com/',
  '/\\example.com/',
  '\\\\example.com',
  '/\t/example.com/',
  '/\n/example.com/',
  '/.//example.com/',
  'https://example.com/',
  'http://localhost:7778/',
  'javascript:alert(1)',
  'data:text/html,x',
  'settings',
  '',
  '///',
])('never leads to %j', (at) => {
  expect(takePlace(origin, keptAt(at), 0)).toBeNull()
})

it.each(['', 'null', '7', '{}', '{"at":1,"since":0}', '{"at":"/keys"}', 'x'])('ignores %j in its place', (text) => {
  const storage = storageOf()
  storage().setItem('larder.place', text)
  expect(takePlace(origin, storage, 0)).toBeNull()
})

it('forgets a place once a link made there would have ended', () => {
  expect(takePlace(origin, keptAt('/keys'), lifetime - 1)).toBe('/keys')
  expect(takePlace(origin, keptAt('/keys'), lifetime)).toBeNull()
})

it('does without a storage that the browser blocks', () => {
  const blocked = (): Storage => {
    throw new Error('blocked')
  }
  expect(() => keepPlace({ pathname: '/keys', search: '', hash: '' }, blocked, 0)).not.toThrow()
  expect(takePlace(origin, blocked, 0)).toBeNull()
})
