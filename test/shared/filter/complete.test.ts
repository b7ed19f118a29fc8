import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completeFilter, scanFilter } from '../../../src/shared/filter'
import { requestFilter } from '../../../src/shared/request-filter'
import { anyText, plausible } from './arbitraries'

function known(field: string): { text: string, summary: string }[] {
  return field === 'cache' ? [{ text: 'sessions', summary: '12 entries' }, { text: 'a b', summary: '' }] : []
}

/** Returns the completions at `|`, each as the whole text that it would produce. */
function offered(text: string): string[] {
  const cursor = text.indexOf('|')
  const whole = text.replace('|', '')
  const { from, to, options } = completeFilter(whole, cursor, requestFilter, known)
  return options.map(option => whole.slice(0, from) + option.text + whole.slice(to))
}

describe('completion', () => {
  it('offers all fields where nothing stands yet', () => {
    expect(offered('|')).toEqual([
      'result:',
      'reason:',
      'detail:',
      'status',
      'cache:',
      'key:',
      'from:',
      'face:',
      'verb:',
      'path:',
      'operation:',
      'mark:',
      'duration',
      'size',
      'sent',
      'time',
      'apikey:',
    ])
    expect(offered('result:miss |')).toContain('result:miss cache:')
    expect(offered('-|')).toContain('-cache:')
  })

  it.each([
    ['re|', ['result:', 'reason:', 'result:refused', 'face:redis']],
    ['RE|', ['result:', 'reason:', 'result:refused', 'face:redis']],
    ['-ca|', ['-cache:']],
    ['mis|', ['result:miss']],
    ['status|', ['status=', 'status!=', 'status>', 'status>=', 'status<', 'status<=']],
    ['cache|', ['cache:', 'cache!=']],
    ['re|x:miss', ['result:miss', 'reason:miss']],
    ['result:sto|', ['result:stored']],
    ['result:st|', ['result:stale', 'result:stored', 'result:made-stale']],
    ['result:hit,sta|', ['result:hit,stale', 'result:hit,made-stale']],
    ['result:st|x status>1', ['result:stale status>1', 'result:stored status>1', 'result:made-stale status>1']],
    ['cache:|', ['cache:sessions', 'cache:"a b"']],
    ['cache:s|', ['cache:sessions']],
    ['cache:12|', ['cache:sessions']],
    ['cache:"a|', ['cache:"a b"']],
    ['cache:sessions|', []],
    ['verb:|', ['verb:GET', 'verb:HEAD', 'verb:PUT', 'verb:POST', 'verb:PATCH', 'verb:DELETE']],
    ['status>|', []],
    ['nope:|', []],
    ['__proto__:|', []],
    ['"free te|', []],
  ])('%s', (text, expected) => {
    expect(offered(text)).toEqual(expected)
  })

  it('never throws, and replaces a span inside the text that has the cursor at its edge or in it', () => {
    fc.assert(fc.property(fc.oneof(plausible, anyText), fc.nat(), (text, at) => {
      const cursor = at % (text.length + 1)
      const { from, to, options } = completeFilter(text, cursor, requestFilter, known)
      expect(from >= 0 && from <= cursor && cursor <= to && to <= text.length).toBe(true)
      // An accepted completion stays one term, and the text around it keeps its meaning.
      for (const option of options) {
        expect(
          scanFilter(text.slice(0, from) + option.text + text.slice(to)).length,
        ).toBeGreaterThanOrEqual(Math.max(1, scanFilter(text).length))
      }
    }), { numRuns: 2000 })
  })
})
