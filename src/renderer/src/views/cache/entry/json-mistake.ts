import type { JsonFault } from '../values/json-scan'
import type { Sliced } from '../values/slices'
import { findJsonFault } from '../values/json-scan'

/** Where and why a text is not JSON. Line and column (in UTF-16 units) count from 1. */
export interface JsonMistake { line: number, column: number, reason: string }

const reasons: Readonly<Record<JsonFault, string>> = {
  'value': 'expected a value',
  'item': 'expected a value or ]',
  'name': 'expected a name in double quotes',
  'member': 'expected a name in double quotes or }',
  'colon': 'expected a colon after the name',
  'after-item': 'expected a comma or ]',
  'after-member': 'expected a comma or }',
  'end': 'expected nothing after the value',
  'string': 'the closing quote is missing',
  'control': 'line ends, tabs and other control characters need an escape in a string',
  'escape': 'JSON does not have this escape',
  'word': 'expected a value; this is neither a number nor true, false or null',
}

/** Finds the first place at which a text is not JSON (RFC 8259); undefined if there is none. */
export function* findJsonMistake(text: string): Sliced<JsonMistake | undefined> {
  const bytes = new TextEncoder().encode(text)
  const found = yield* findJsonFault(bytes)
  if (!found)
    return undefined
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, found.at))
  let line = 1
  let start = 0
  for (let end = before.indexOf('\n'); end >= 0; end = before.indexOf('\n', start)) {
    line++
    start = end + 1
  }
  return { line, column: before.length - start + 1, reason: reasons[found.fault] }
}
