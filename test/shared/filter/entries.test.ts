import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileGlob } from '../../../src/main/cache/glob'
import { entryFilter, readEntryFilter } from '../../../src/shared/entry-filter'
import { completeFilter, exactTerm, FilterError } from '../../../src/shared/filter'
import { anyText } from './arbitraries'

const selectorOf = (text: string): unknown => readEntryFilter(text)?.selector ?? null

describe('a filter of entries', () => {
  it.each([
    ['', null],
    ['  ', null],
    ['""', null],
    ['user', { prefix: 'user' }],
    ['user:', { prefix: 'user:' }],
    ['user:1,2', { prefix: 'user:1,2' }],
    ['/a=b', { prefix: '/a=b' }],
    ['"a b*"', { prefix: 'a b*' }],
    ['"tag:"x', { prefix: 'tag:x' }],
    ['a\\*', { prefix: 'a*' }],
    ['*:cart', { glob: '*:cart' }],
    ['user:?', { glob: 'user:?' }],
    ['u[a-s]er', { glob: 'u[a-s]er' }],
    ['"a[b"*', { glob: 'a\\[b*' }],
    ['__proto__:x', { prefix: '__proto__:x' }],
    ['constructor:x', { prefix: 'constructor:x' }],
    ['tag:sale', { tag: 'sale' }],
    ['TAG:sale', { tag: 'sale' }],
    ['tag="a b"', { tag: 'a b' }],
    ['tag:a:b', { tag: 'a:b' }],
    ['prefix:tag:', { prefix: 'tag:' }],
    ['key:user:1', { glob: 'user:1' }],
    ['key:a[b*', { glob: 'a\\[b*' }],
    ['glob:[ab]?', { glob: '[ab]?' }],
    ['🗝:ü', { prefix: '🗝:ü' }],
  ])('%s', (text, selector) => {
    expect(selectorOf(text)).toEqual(selector)
  })

  it.each([
    ['a b', 2, 3],
    ['-a', 0, 1],
    ['tag:', 0, 4],
    ['tag:a,b', 5, 7],
    ['tag:a*', 4, 6],
    ['tag!=a', 0, 5],
    ['size>10kB', 0, 4],
    ['key>=a', 0, 5],
    ['"a', 0, 2],
    ['a\\', 1, 2],
    ['ab\uD83D', 2, 3],
    ['x'.repeat(1001), 1000, 1001],
  ])('tells where %j is wrong', (text, from, to) => {
    expect.assertions(2)
    try {
      readEntryFilter(text)
    }
    catch (error) {
      expect(error).toBeInstanceOf(FilterError)
      expect(error).toMatchObject({ from, to })
    }
  })

  it('never fails otherwise, and points into the text', () => {
    fc.assert(fc.property(anyText, (text) => {
      try {
        const filter = readEntryFilter(text)
        expect(filter === null || (filter.from >= 0 && filter.to <= text.length)).toBe(true)
      }
      catch (error) {
        expect(error).toBeInstanceOf(FilterError)
        const { from, to } = error as FilterError
        expect(from >= 0 && from <= to && to <= text.length).toBe(true)
      }
    }))
  })

  it('chooses exactly the key that a quoted term names, whatever it holds', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), fc.string({ maxLength: 40 }), (
      key,
      other,
    ) => {
      const selector = readEntryFilter(exactTerm('key', key))?.selector
      const matches = compileGlob(selector && 'glob' in selector ? selector.glob : '')
      expect(matches(key)).toBe(true)
      expect(matches(other)).toBe(key === other)
    }))
  })

  it('completes fields and tags, and takes colons in keys for text', () => {
    const offered = (text: string): string[] =>
      completeFilter(text, text.length, entryFilter, field =>
        field === 'tag' ? [{ text: 'a b', summary: '' }] : []).options.map(({ text }) =>
        text)
    expect(offered('')).toEqual(['key:', 'prefix:', 'glob:', 'tag:'])
    expect(offered('ta')).toEqual(['tag:'])
    expect(offered('tag:')).toEqual(['"a b"'])
    expect(offered('user:')).toEqual([])
  })
})
