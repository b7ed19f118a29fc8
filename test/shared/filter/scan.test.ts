import type { TermMeaning } from '../../../src/shared/filter/format'
import type { ScannedTerm } from '../../../src/shared/filter/scan'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactTerm, scanFilter } from '../../../src/shared/filter'
import { formatTerm } from '../../../src/shared/filter/format'
import { stringSteps } from '../../helpers/string-steps'
import { anyText, term } from './arbitraries'

function meaningOf({ negated, field, values }: ScannedTerm): TermMeaning {
  return {
    negated,
    field: field && { name: field.name, operator: field.operator },
    values: values.map(value => value.parts),
  }
}

describe('scanning', () => {
  it('reads terms with their positions', () => {
    expect(scanFilter(' result:miss  -cache!=a,"b c" "free text"')).toEqual([
      {
        from: 1,
        to: 12,
        negated: false,
        field: { name: 'result', operator: ':', from: 1, to: 7 },
        values: [{ from: 8, to: 12, parts: [{ kind: 'text', text: 'miss' }], open: null }],
      },
      { from: 14, to: 29, negated: true, field: { name: 'cache', operator: '!=', from: 15, to: 20 }, values: [
        { from: 22, to: 23, parts: [{ kind: 'text', text: 'a' }], open: null },
        { from: 24, to: 29, parts: [{ kind: 'text', text: 'b c' }], open: null },
      ] },
      {
        from: 30,
        to: 41,
        negated: false,
        field: null,
        values: [{ from: 30, to: 41, parts: [{ kind: 'text', text: 'free text' }], open: null }],
      },
    ])
  })

  it.each([
    ['user:1:*', 'user', ':', [{ kind: 'text', text: '1:' }, { kind: 'run' }]],
    ['status>=400', 'status', '>=', [{ kind: 'text', text: '400' }]],
    ['key:"a*"*\\*', 'key', ':', [{ kind: 'text', text: 'a*' }, { kind: 'run' }, { kind: 'text', text: '*' }]],
    ['key:a" "b', 'key', ':', [{ kind: 'text', text: 'a b' }]],
    ['key:"say \\"hi\\""', 'key', ':', [{ kind: 'text', text: 'say "hi"' }]],
    ['key:""', 'key', ':', []],
  ])('reads %s', (text, name, operator, parts) => {
    expect(scanFilter(text).map(meaningOf)).toEqual([{ negated: false, field: { name, operator }, values: [parts] }])
  })

  it.each(['"a:b"', '\\a:b', '1:2', ':x', '>5', '*a:b', 'é:b', '--a:b'])('takes %s for free text', (text) => {
    expect(scanFilter(text)).toMatchObject([{ field: null }])
  })

  it('knows what is left open', () => {
    expect(scanFilter('a "b c')[1]?.values[0]?.open).toEqual({ by: 'quote', from: 2, to: 6 })
    expect(scanFilter('a\\')[0]?.values[0]?.open).toEqual({ by: 'escape', from: 1, to: 2 })
    expect(scanFilter('"a\\')[0]?.values[0]?.open).toMatchObject({ by: 'escape' })
  })

  it('is total: the terms lie in order inside the text, and what is between them is white space', () => {
    fc.assert(fc.property(anyText, (text) => {
      let at = 0
      for (const { from, to, values } of scanFilter(text)) {
        expect(text.slice(at, from).trim()).toBe('')
        expect(to).toBeGreaterThan(from)
        expect(values.every(value => value.from >= from && value.to >= value.from && value.to <= to)).toBe(true)
        at = to
      }
      expect(text.slice(at).trim()).toBe('')
    }), { numRuns: 2000 })
  })

  it('takes 100,000 characters of anything in a few looks at each', () => {
    for (const piece of ['"', '\\', '-', 'a:', ',', 'a,', '* ', '🍐', ' ']) {
      const text = piece.repeat(100_000 / piece.length)
      const steps = stringSteps(() => void scanFilter(text))
      expect(steps, piece).toBeGreaterThan(0)
      expect(steps, piece).toBeLessThanOrEqual(3 * text.length)
    }
  })
})

describe('writing', () => {
  it('is read back as it was meant, one term or many', () => {
    fc.assert(fc.property(fc.array(term, { maxLength: 4 }), (terms) => {
      expect(scanFilter(terms.map(formatTerm).join(' ')).map(meaningOf)).toEqual(terms)
    }), { numRuns: 2000 })
  })

  it.each([
    [exactTerm('key', 'user:1'), 'key:user:1'],
    [exactTerm('key', 'a b'), 'key:"a b"'],
    [exactTerm('key', 'a*,"\\'), 'key:"a*,\\"\\\\"'],
    [exactTerm('cache', 'x', true), '-cache:x'],
    [exactTerm('key', ''), 'key:""'],
    [formatTerm({ negated: false, field: null, values: [[{ kind: 'text', text: '-x' }]] }), '"-x"'],
    [formatTerm({ negated: false, field: null, values: [[{ kind: 'text', text: 'a:b' }]] }), '"a:b"'],
    [formatTerm({ negated: false, field: null, values: [[{ kind: 'text', text: 'café' }]] }), 'café'],
  ])('writes %s', (written, expected) => {
    expect(written).toBe(expected)
  })
})
