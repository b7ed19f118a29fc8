import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOutJson } from '../../src/renderer/src/json-lines'
import { anyCodePoint } from '../helpers/any-code-point'

describe('layOutJson', () => {
  it('lays any JSON out as JSON.stringify does', () => {
    fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 1, 4), (
      value,
      indent,
    ) => {
      expect(layOutJson(JSON.stringify(value, null, indent)).join('\n')).toBe(JSON.stringify(value, null, 2))
    }))
  })

  it('leaves numbers and escapes as they were written', () => {
    expect(layOutJson(
      '{"a":1.0E+2,"b":"\\u00e9\\"","__proto__":12345678901234567890}',
    )).toEqual(['{', '  "a": 1.0E+2,', '  "b": "\\u00e9\\"",', '  "__proto__": 12345678901234567890', '}'])
  })

  it('goes as far as the text does, whatever it is', () => {
    expect(layOutJson('[{"key":"a","value":"unfin')).toEqual(['[', '  {', '    "key": "a",', '    "value": "unfin'])
    fc.assert(fc.property(fc.string({ unit: anyCodePoint }), text =>
      layOutJson(text).every(line => line.length <= 1001)))
    expect(layOutJson('')).toEqual([])
  })

  it('cuts a line that no browser could lay out', () => {
    const lines = layOutJson(JSON.stringify(['x'.repeat(2_000_000)]))
    expect(lines.map(line => line.length)).toEqual([1, 1001, 1])
  })
})
