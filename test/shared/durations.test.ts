import { describe, expect, it } from 'vitest'
import { durationForm, parseDuration, sayDuration, writeDuration } from '../../src/shared/durations'

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
    ['99999999999999999999', 1e20],
  ])('reads %s as %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each(['', ' 90', '90 s', '-1', '+1', '1e3', '1w', '5M', '1m30s', '0.0001', '1.', '.5', '١'])(
    'does not read "%s"',
    text => expect(parseDuration(text)).toBeNaN(),
  )

  it('are written so that they read as the same', () => {
    const seconds = [0, 0.5, 59, 60, 90, 5400, 3600, 86_400, 90_000, 1.001]
    expect(seconds.map(writeDuration)).toEqual(
      ['0s', '0.5s', '59s', '1m', '90s', '90m', '1h', '1d', '25h', '1.001s'],
    )
    expect(seconds.map(writeDuration).map(parseDuration)).toEqual(seconds)
  })

  it('names only forms that it reads', () => {
    const forms = durationForm.match(/\d\w*/g) ?? []
    expect(forms).toHaveLength(5)
    expect(forms.map(parseDuration)).not.toContain(Number.NaN)
  })
})

// Red: in src/shared/durations.ts let `sayDuration` say seconds always.
it('says a time in the unit that people use', () => {
  expect([1, 90, 0.5, 60, 3600, 5400, 86_400, 691_200].map(sayDuration)).toEqual(
    ['1 second', '90 seconds', '0.5 seconds', '1 minute', '1 hour', '90 minutes', '1 day', '8 days'],
  )
})
