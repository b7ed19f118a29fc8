import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileGlob } from '../../../src/main/cache/glob'
import { readEntryFilter } from '../../../src/shared/entry-filter'
import { compileEntryFilter, entryFilter } from '../../../src/shared/entry-language'
import { completeFilter, exactTerm, FilterError } from '../../../src/shared/filter'
import { anyText } from './arbitraries'

const selectorOf = (text: string): unknown => readEntryFilter(text)?.selector ?? null

const shoe = {
  key: 'product:Shoe:1',
  tags: ['shoes', 'sale'],
  contentType: 'image/png',
  size: 20_000,
  hits: 0,
  storedAt: 1_000_000,
  freshUntil: 1_090_000,
}
/** Stored an hour ago, with half a minute left. */
const moment = { now: 4_600_000, freshUntil: 4_630_000 }

describe('a filter of entries', () => {
  it.each([
    ['shoe', true],
    ['SHOE:', true],
    ['product:*', true],
    ['Product:*', false],
    ['*:?', true],
    ['shoe*', false],
    ['tag:shoes product: size>10kB hits:0 -x', true],
    ['tag:shoes product: size>10kB hits:0 -shoe', false],
    ['tag:new,sale', true],
    ['tag!=sale', false],
    ['type:IMAGE/*', true],
    ['size<=20kB', true],
    ['size>19KiB size<20KiB', true],
    ['size>20KiB', false],
    ['hits>0', false],
    ['key:product:*', true],
    ['-key:product:*', false],
    ['product cart', false],
  ])('%s: %s', (filter, passes) => {
    expect(compileEntryFilter(filter)?.passes(shoe, 0)).toBe(passes)
  })

  it.each([
    ['ttl<1m', true],
    ['ttl<=30', true],
    ['ttl<30s', false],
    ['ttl>=0.5m', true],
    ['ttl>30s', false],
    ['ttl:none', false],
    ['ttl!=none', true],
    ['-ttl=NONE', true],
    ['age>59m', true],
    ['age>=1h', true],
    ['age>1H', false],
    ['age<1d', true],
    ['state:fresh', true],
    ['state:stale', false],
    ['state!=stale shoe ttl<1m', true],
  ])('%s: %s, by the time', (filter, passes) => {
    expect(compileEntryFilter(filter)?.passes({ ...shoe, ...moment }, moment.now)).toBe(passes)
  })

  it.each([
    ['ttl<=0', true],
    ['ttl<1s', true],
    ['ttl>0', false],
    ['state:stale', true],
    ['state:fresh,stale', true],
    ['ttl:none', false],
  ])('%s: %s, of a stale entry', (filter, passes) => {
    expect(compileEntryFilter(filter)?.passes({ ...shoe, freshUntil: moment.now }, moment.now)).toBe(passes)
  })

  it.each([
    ['ttl:none', true],
    ['ttl=none', true],
    ['ttl!=none', false],
    ['ttl>365d', true],
    ['ttl<365d', false],
    ['state:fresh', true],
  ])('%s: %s, of an entry that never expires', (filter, passes) => {
    expect(compileEntryFilter(filter)?.passes({ ...shoe, freshUntil: Infinity }, moment.now)).toBe(passes)
  })

  it('tells when time may change it', () => {
    const turns = (filter: string, freshUntil: number): unknown[] => {
      const { nextTurn } = compileEntryFilter(filter) ?? {}
      return nextTurn ? [0, 30_000, 60_000, 90_000].map(now => nextTurn({ ...shoe, storedAt: 0, freshUntil }, now)) : []
    }
    expect(turns('ttl<1m', 90_000)).toEqual([30_000, Infinity, Infinity, Infinity])
    expect(turns('-age>=1m state:stale', 90_000)).toEqual([60_000, 60_000, 90_000, Infinity])
    expect(turns('ttl:none', 90_000)).toEqual([Infinity, Infinity, Infinity, Infinity])
    expect(turns('ttl>1m', Infinity)).toEqual([Infinity, Infinity, Infinity, Infinity])
    expect(turns('size>1 shoe', 90_000)).toEqual([])
  })

  it.each([
    ['', null],
    ['  ', null],
    ['""', null],
    ['user', { filter: 'user' }],
    ['user:', { filter: 'user:' }],
    ['user:*', { prefix: 'user:' }],
    ['user:1,2', { filter: 'user:1,2' }],
    ['/a=b', { filter: '/a=b' }],
    ['"a b*"', { filter: '"a b*"' }],
    ['"a b*"*', { prefix: 'a b*' }],
    ['"tag:"x', { filter: '"tag:"x' }],
    ['a\\*', { filter: 'a\\*' }],
    ['*:cart', { glob: '*:cart' }],
    ['user:?', { glob: 'user:?' }],
    ['u[a-s]er', { filter: 'u[a-s]er' }],
    ['u[a]*r', { glob: 'u\\[a\\]*r' }],
    ['"a[b"*', { prefix: 'a[b' }],
    ['__proto__:x', { filter: '__proto__:x' }],
    ['constructor:x', { filter: 'constructor:x' }],
    ['tag:sale', { tag: 'sale' }],
    ['TAG:sale', { tag: 'sale' }],
    ['tag="a b"', { tag: 'a b' }],
    ['tag:a:b', { tag: 'a:b' }],
    ['prefix:tag:', { prefix: 'tag:' }],
    ['key:user:1', { glob: 'user:1' }],
    ['key:a[b*', { glob: 'a\\[b*' }],
    ['glob:[ab]?', { glob: '[ab]?' }],
    ['🗝:ü', { filter: '🗝:ü' }],
    [' tag:shoes product: size>10kB hits:0 -x ', { filter: 'tag:shoes product: size>10kB hits:0 -x' }],
    ['-a', { filter: '-a' }],
    ['tag:a,b', { filter: 'tag:a,b' }],
    ['tag:a*', { filter: 'tag:a*' }],
    ['tag!=a', { filter: 'tag!=a' }],
    ['size>10kB', { filter: 'size>10kB' }],
  ])('%s', (text, selector) => {
    expect(selectorOf(text)).toEqual(selector)
  })

  it.each([
    ['-', 0, 1],
    ['a prefix:b', 2, 8],
    ['-glob:[ab]', 1, 5],
    ['prefix:a,b', 8, 10],
    ['prefix:a*', 7, 9],
    ['prefix!=a', 0, 8],
    ['ttl<1y', 4, 6],
    ['ttl<none', 4, 8],
    ['ttl:1m', 0, 4],
    ['ttl:none,60', 0, 4],
    ['shoe age!=1h', 5, 10],
    ['age:none', 4, 8],
    ['age>1h,2h', 7, 9],
    ['state:old', 6, 9],
    ['state>fresh', 0, 6],
    ['size>x', 5, 6],
    ['tag:', 0, 4],
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
    expect(offered('')).toEqual([
      'key:',
      'tag:',
      'type:',
      'size',
      'hits',
      'ttl',
      'age',
      'state:',
      'prefix:',
      'glob:',
    ])
    expect(offered('ttl')).toEqual(['>', '>=', '<', '<=', ':', '!='])
    expect(offered('age')).toEqual(['>', '>=', '<', '<='])
    expect(offered('ttl:')).toEqual(['none'])
    expect(offered('ttl<')).toEqual([])
    expect(offered('stal')).toEqual(['state:stale'])
    expect(offered('ta')).toEqual(['tag:'])
    expect(offered('tag:')).toEqual(['"a b"'])
    expect(offered('user:')).toEqual([])
  })
})
