import { expect, it } from 'vitest'
import { chooseType } from '../../../src/main/http/accept'

const offers = ['application/json', 'text/csv; charset=utf-8', 'application/vnd.apache.parquet']

// Red: in http/accept.ts let qualityOf look for `*/*` first.
it.each<[string, number | undefined]>([
  ['text/csv', 1],
  ['TEXT/CSV', 1],
  ['text/*', 1],
  ['application/*', 0],
  ['*/*', 0],
  ['text/html, */*;q=0.8', 0],
  ['text/csv;q=0.5, application/json;q=0.4', 1],
  ['application/json;q=0, */*', 1],
  ['application/json;q=0, text/csv;q=0, */*;q=0.1', 2],
  ['text/*, text/csv;q=0', undefined],
  ['application/xml', undefined],
  ['application/xml, application/vnd.apache.parquet; q=0.001', 2],
  ['text/csv;header=present', 1],
  ['text/csv;q=2', 0],
  ['', 0],
  ['nonsense', 0],
])('%s', (accept, chosen) => {
  expect(chooseType(accept, offers)).toBe(chosen)
})
