import { describe, expect, it } from 'vitest'
import { durationForm, parseDuration } from '../../src/shared/durations'

describe('durations', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['7d', 604_800],
    ['1.5m', 90],
    ['0', 0],
    ['0.001', 0.001],
    ['999999999999', 999_999_999_999],
  ])('reads %s as %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each(['', ' 90', '90 s', '-1', '+1', '1e3', '1w', '5M', '1m30s', '0.0001', '1.', '.5', '١', '9999999999999'])(
    'does not read "%s"',
    text => expect(parseDuration(text)).toBeNaN(),
  )

  it('names only forms that it reads', () => {
    const forms = durationForm.match(/\d\w*/g) ?? []
    expect(forms).toHaveLength(5)
    expect(forms.map(parseDuration)).not.toContain(Number.NaN)
  })
})
