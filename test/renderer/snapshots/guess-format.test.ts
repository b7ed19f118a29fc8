import type { GuessedFile } from '../../../src/renderer/src/transfer/guess-format'
import { expect, it } from 'vitest'
import { guessFile, guessFormat } from '../../../src/renderer/src/transfer/guess-format'

const header = '{"larder":"snapshot","schema":1,"caches":{"a":{},"b.c":{}}}'

// Red, row by row: in src/shared/guess-import.ts leave out the branch that answers.
it.each<[name: string, beginning: string, format: GuessedFile['format'], caches?: string[]]>([
  ['a.ndjson', `${header}\n{"cache":"a"`, 'snapshot', ['a', 'b.c']],
  ['named.txt', `\uFEFF{ "larder" : "snapshot","schema":1,"caches":{}}`, 'snapshot', []],
  ['a.ndjson', '{"larder":"snapshot","schema":1,"caches":{"cut', 'snapshot', []],
  ['a.ndjson', '{"key":"a","value":{"text":"x"}}\n{"key"', 'ndjson'],
  ['a.json', '{"key":"a","value":{"text":"x"}}\n{"key"', 'ndjson'],
  ['a.json', '  [{"key":"a","value":"x"}]', 'json'],
  ['a.txt', '[', 'json'],
  ['a.json', '{"user:1":"ada"}', 'key-value'],
  ['solo.json', '{"key":"solo","value":"hello"}', 'key-value'],
  ['a.ndjson', '{"key":"a"}\n{bad', 'ndjson'],
  ['a.jsonl', '{bad', 'ndjson'],
  ['a.json', '{\n  "key": "a",\n  "value": "b"\n}', 'key-value'],
  ['a.txt', '{"user:1":"ada"', 'key-value'],
  ['a.csv', 'key,value\r\na,b', 'csv'],
  ['a.csv', '[draft],value', 'csv'],
  ['a.csv', '{"x"},value', 'csv'],
  ['A.JSONL', '', 'ndjson'],
  ['a.json', '', 'json'],
  ['without-ending', 'key,value', 'csv'],
])('takes %s that begins with %j for %s', (name, beginning, format, caches = []) =>
  expect(guessFormat(name, beginning)).toEqual({ format, caches }))

it('reads no more of a file than its beginning', async () => {
  const file = new File([header, '\n', 'x'.repeat(200_000)], 'large.ndjson')
  expect(await guessFile(file)).toEqual({ format: 'snapshot', caches: ['a', 'b.c'] })
})
