import type { Draft } from '../../../src/renderer/src/views/playground/plan'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveTarget } from '../../../src/renderer/src/api/http-transport'
import {
  acts,
  emptyDraft,
  planCount,
  planRequest,
  playgroundFaces,
  selectorChoices,
  selectorOf,
} from '../../../src/renderer/src/views/playground/plan'
import { LarderError } from '../../../src/shared/errors'
import { anyCodePoint } from '../../helpers/any-code-point'

const draft = (change: Partial<Draft>): Draft => ({ ...emptyDraft, cache: 'products', key: 'a', ...change })

describe('playground requests', () => {
  it('writes every face of adding', () => {
    const filled = draft({ key: 'x/y', value: '{"a":1}', ttl: ' 90s ', tags: 'b, ü,,', onlyNew: true })
    const headers = [
      ['Content-Type', 'application/json'],
      ['Larder-TTL', '90s'],
      ['Larder-Tags', 'b, %C3%BC'],
      ['If-None-Match', '*'],
    ]
    expect(planRequest('add', filled)).toEqual({
      method: 'PUT',
      target: '/api/caches/products/entries/x%2Fy',
      headers,
      body: '{"a":1}',
    })
    expect(planRequest('add', { ...filled, face: 'text' })).toEqual({
      method: 'PUT',
      target: '/v1/x%2Fy',
      headers,
      body: '{"a":1}',
    })
    expect(planRequest('add', { ...filled, face: 'classic' })).toEqual({
      method: 'POST',
      target: '/api/set-cache',
      headers: [['Content-Type', 'application/json']],
      body: '{"cacheName":"products","data":{"id":"x/y","a":1}}',
    })
    expect(planRequest('add', draft({ value: '' })).headers).toEqual([['Content-Type', 'text/plain; charset=utf-8']])
  })

  // Red: in src/renderer/src/views/playground/plan.ts let `takesFormat` always be true.
  it.each<[string, Partial<Draft>, [string, string][]]>([
    ['an entry', {}, [['Accept', 'text/csv; charset=utf-8']]],
    ['an entry as it is stored', { as: '' }, []],
    ['a page', { key: '' }, []],
    ['a selection', { by: 'tag', selection: 'x' }, []],
    ['an entry of the text face', { face: 'text' }, []],
  ])('wants the format of %s', (_, change, headers) => {
    expect(planRequest('retrieve', draft({ as: 'csv', ...change })).headers).toEqual(headers)
  })

  // Red: in src/renderer/src/entry-type.ts leave the format of the cache out.
  it.each([
    ['csv', 'a,b', 'text/csv; charset=utf-8'],
    ['json', 'x', 'application/json'],
    ['parquet', '[{"a":1}]', 'application/json'],
    ['none', 'x', 'text/plain; charset=utf-8'],
  ] as const)('in a cache of %s the text %s is stored as %s', (format, value, type) => {
    expect(planRequest('add', draft({ value }), format).headers).toEqual([['Content-Type', type]])
    const given = draft({ value, contentType: ' a/b ' })
    expect(planRequest('add', given, format).headers).toEqual([['Content-Type', 'a/b']])
  })

  it('writes every face of retrieving, with a key and without', () => {
    expect(planRequest('retrieve', draft({})).target).toBe('/api/caches/products/entries/a')
    expect(planRequest('retrieve', draft({ key: '' })).target).toBe('/api/caches/products/entries')
    expect(planRequest('retrieve', draft({ face: 'classic', key: 'it\'s&c=d' })).target).toBe(
      '/api/get-cache?cache=products&key=it%27s%26c%3Dd',
    )
    expect(planRequest('retrieve', draft({ face: 'classic', key: '' })).target).toBe('/api/get-cache?cache=products')
    expect(() => planRequest('retrieve', draft({ face: 'text', key: '' }))).toThrow('key: must not be empty')
    expect(planRequest('retrieve', draft({ face: 'classic', by: 'tag', selection: 'x' })).target).toBe(
      '/api/get-cache?cache=products&key=a',
    )
  })

  it.each([
    ['prefix', 'user:', 'prefix=user%3A'],
    ['glob', 'u:*', 'glob=u%3A*'],
    ['tag', 'a b', 'tag=a%20b'],
    ['filter', 'tag:shoes size>10kB ttl<1m', 'filter=tag%3Ashoes%20size%3E10kB%20ttl%3C1m'],
  ] as const)('lists, counts and deletes by %s', (by, selection, query) => {
    const chosen = draft({ by, selection })
    expect([
      planRequest('retrieve', { ...chosen, soft: true }),
      planRequest('invalidate', chosen),
      planRequest('invalidate', { ...chosen, soft: true }),
      planCount(chosen),
    ].map(({ method, target }) => `${method} ${target}`)).toEqual([
      `GET /api/caches/products/entries?${query}`,
      `DELETE /api/caches/products/entries?${query}`,
      `DELETE /api/caches/products/entries?${query}&soft`,
      `DELETE /api/caches/products/entries?${query}&dryRun`,
    ])
    for (const act of ['retrieve', 'invalidate'] as const)
      expect(selectorChoices(act, chosen).map(({ value }) => value)).toContain(by)
    expect(() => planRequest('retrieve', draft({ by }))).toThrow('selection: must not be empty')
  })

  it('writes every face of invalidating; a selector of another face counts as none', () => {
    expect(planRequest('invalidate', draft({}))).toEqual({
      method: 'DELETE',
      target: '/api/caches/products/entries/a',
      headers: [],
      body: undefined,
    })
    expect(planRequest('invalidate', draft({ by: 'glob', selection: 'u:*', soft: true })).target).toBe(
      '/api/caches/products/entries?glob=u%3A*&soft',
    )
    expect(planCount(draft({ by: 'tag', selection: 'a b' })).target).toBe(
      '/api/caches/products/entries?tag=a%20b&dryRun',
    )
    expect(planRequest('invalidate', draft({ face: 'text', by: 'all' })).target).toBe('/flush')
    expect(planRequest('invalidate', draft({ face: 'text', by: 'prefix', selection: 'x' })).target).toBe('/v1/a')
    expect(
      planRequest('invalidate', draft({ face: 'native', by: 'all' })).target,
    ).toBe('/api/caches/products/entries/a')
    expect(planRequest('invalidate', draft({ face: 'classic', by: 'tag' })).target).toBe(
      '/api/cache-invalidation?cache=products&key=a',
    )
    // The server would refuse an empty one, or match everything.
    expect(() =>
      planRequest('invalidate', draft({ by: 'prefix', selection: '' }))).toThrow('selection: must not be empty')
    for (const { value: face } of playgroundFaces) {
      for (const { id: act } of acts) {
        expect(selectorChoices(act, { face }).map(({ value }) => value))
          .toContain(selectorOf(act, { face, by: 'all' }))
      }
    }
  })

  it('names the field that cannot be sent', () => {
    const fieldOf = (change: Partial<Draft>): string | undefined => {
      try {
        planRequest('add', draft(change))
      }
      catch (error) {
        return error instanceof LarderError ? error.errors?.[0]?.field : String(error)
      }
      return undefined
    }
    expect(fieldOf({ key: '' })).toBe('key')
    expect(fieldOf({ key: '\uD800' })).toBe('key')
    expect(fieldOf({ key: 'ü'.repeat(513) })).toBe('key')
    expect(fieldOf({ key: 'ü'.repeat(512) })).toBeUndefined()
    expect(fieldOf({ contentType: 'text/größe' })).toBe('contentType')
    expect(fieldOf({ contentType: 'a\r\nb' })).toBe('contentType')
    expect(fieldOf({ ttl: '９０' })).toBe('ttl')
    expect(fieldOf({ tags: '\uD800' })).toBe('tags')
  })

  it('makes what a browser sends as it is, or says why not, whatever is filled in', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: anyCodePoint }),
      fc.constantFrom('.', '..', '%2E', '?', '#', '//evil.test/', '\\', '__proto__', '{"id":1}'),
    )
    const drafts = fc.record({
      face: fc.constantFrom(...playgroundFaces.map(({ value }) => value)),
      cache: text,
      key: text,
      value: text,
      contentType: text,
      ttl: text,
      tags: text,
      onlyNew: fc.boolean(),
      by: fc.constantFrom('key', 'prefix', 'glob', 'tag', 'filter', 'all'),
      selection: text,
      soft: fc.boolean(),
      as: fc.constantFrom('', 'csv'),
    }) as fc.Arbitrary<Draft>
    fc.assert(fc.property(fc.constantFrom(...acts.map(({ id }) => id)), drafts, (act, filled) => {
      let refusal: unknown
      try {
        const { method, target, headers, body } = planRequest(act, filled)
        expect(resolveTarget(target, 'http://localhost:7777')).toBe(`http://localhost:7777${target}`)
        expect(new Request(`http://localhost:7777${target}`, { method, headers: headers.map(([name, value]): [string, string] => [name, value]), body: body ?? null }).method).toBe(method)
      }
      catch (error) {
        refusal = error
      }
      if (refusal !== undefined)
        expect(refusal).toMatchObject({ code: expect.stringMatching(/^(invalid-input|bad-encoding)$/) })
    }), { numRuns: 2000 })
  })
})
