import { expect, it } from 'vitest'
import { rowTime } from '../../../src/renderer/src/views/requests/row-time'

const local = (text: string): string => new Date(text).toISOString()
const now = Date.parse('2026-11-30T23:59:00')

// Red: in src/…/requests/row-time.ts return `clockTime(at).slice(5)` for every row.
it.each([
  ['the same minute as the row above', '2026-11-30T16:35:20.122', '2026-11-30T16:35:59.999', ':20.122'],
  ['the minute before', '2026-11-30T16:34:59.999', '2026-11-30T16:35:00.000', '16:34:59.999'],
  ['the same minute of another hour', '2026-11-30T15:35:20.122', '2026-11-30T16:35:20.122', '15:35:20.122'],
  ['the same minute of another day', '2026-11-29T16:35:20.122', '2026-11-30T16:35:20.122', 'Nov 29 16:35:20'],
  ['the day before', '2026-11-29T23:59:59.900', '2026-11-30T00:00:00.000', 'Nov 29 23:59:59'],
  ['the top, of today', '2026-11-30T23:59:00.001', null, '23:59:00.001'],
  ['the top, of another day', '2026-11-28T16:35:20.122', null, 'Nov 28 16:35:20'],
])('says which minute it was: %s', (_, at, above, text) => {
  expect(rowTime(local(at), above === null ? null : local(above), now)).toBe(text)
})
