import type { SendRequest } from '../../../src/renderer/src/api/http-transport'
import { describe, expect, it } from 'vitest'
import { createEntries } from '../../../src/renderer/src/api/entries'
import { LarderError } from '../../../src/shared/errors'

function setUp(answer: (target: string) => Response) {
  const asked: { target: string, method: string, headers: Record<string, string>, body: unknown }[] = []
  const request: SendRequest = async (target, { method = 'GET', headers, body }) => {
    asked.push({ target, method, headers: Object.fromEntries(new Headers(headers)), body })
    return answer(target)
  }
  return { entries: createEntries(request), asked }
}

describe('entries', () => {
  it('reads an entry with all that its headers tell', async () => {
    const bytes = new Uint8Array([0, 255, 128])
    const { entries, asked } = setUp(() =>
      new Response(
        bytes,
        {
          headers: {
            'Content-Type': 'a/b',
            'ETag': '"7"',
            'Age': '4',
            'Larder-TTL': '-3',
            'Larder-Given-TTL': '60',
            'Larder-Grace': '9.5',
            'Larder-Tags': 'a, %C3%A9%2C',
          },
        },
      ))
    const seen: number[] = []
    expect(await entries.get(
      'products',
      'a/b ü?#%',
      { onProgress: size => seen.push(size) },
    )).toEqual({
      key: 'a/b ü?#%',
      value: bytes,
      contentType: 'a/b',
      etag: '"7"',
      age: 4,
      ttl: -3,
      givenTtl: 60,
      grace: 9.5,
      tags: ['a', 'é,'],
    })
    expect(asked[0]?.target).toBe('/api/caches/products/entries/a%2Fb%20%C3%BC%3F%23%25')
    expect(seen).toEqual([3])
  })

  it('an entry without expiry has no TTL, an empty one no bytes', async () => {
    const { entries } = setUp(() => new Response(null, { headers: { 'Larder-TTL': 'none' } }))
    expect(await entries.get('c', 'k')).toMatchObject({ ttl: null, tags: [], value: new Uint8Array() })
  })

  it('stores with what was chosen, and with nothing else', async () => {
    const { entries, asked } = setUp(target =>
      new Response(null, { status: target.endsWith('new') ? 201 : 204, headers: { ETag: '"1"' } }))
    expect(await entries.put('c', 'new', 'v', {
      contentType: 'text/csv',
      ttl: '15m',
      tags: ['a,b', 'ü'],
      grace: 0.5,
      onlyNew: true,
    })).toEqual({ created: true, etag: '"1"' })
    expect(await entries.put(
      'c',
      'old',
      new Uint8Array([1]),
      { ifMatch: '"0"' },
    )).toEqual({ created: false, etag: '"1"' })
    expect(asked.map(({ method, headers }) => [method, headers])).toEqual([
      [
        'PUT',
        {
          'content-type': 'text/csv',
          'larder-ttl': '15m',
          'larder-tags': 'a%2Cb, %C3%BC',
          'larder-grace': '0.500',
          'if-none-match': '*',
        },
      ],
      ['PUT', { 'content-type': 'text/plain; charset=utf-8', 'if-match': '"0"' }],
    ])
  })

  it('refuses a key that would turn one entry into all', async () => {
    const { entries, asked } = setUp(() => new Response())
    for (const key of ['', '\uD800'])
      await expect(entries.delete('c', key)).rejects.toThrow(LarderError)
    expect(asked).toEqual([])
  })

  it('reads windows and batches over the paths of the cache', async () => {
    const { entries, asked } = setUp(() => Response.json({ total: 0, entries: [], cursor: null, results: [] }))
    await entries.window('c', { glob: 'a&b=*', offset: 0, limit: 5 })
    await entries.batch('c', [{ op: 'get', key: '..' }], { atomic: true })
    expect(asked.map(({ target, body }) => [target, body])).toEqual([
      ['/api/caches/c/entries?glob=a%26b%3D*&offset=0&limit=5&progress=1', undefined],
      ['/api/caches/c/batch', '{"operations":[{"op":"get","key":".."}],"atomic":true}'],
    ])
  })

  it('tells a connection that broke from a person who cancelled', async () => {
    const broken = (): Response =>
      new Response(new ReadableStream({ start: controller => controller.error(new TypeError('network error')) }))
    const { entries } = setUp(broken)
    await expect(entries.json('c')).rejects.toMatchObject({ code: 'not-ready' })
    await expect(entries.json('c', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  })
})
