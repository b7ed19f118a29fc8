import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rawMember, readJsonTree, writeJsonTree } from '../../src/shared/json-members'
import { endOfString } from '../../src/shared/json-scan'

// Red: in src/shared/json-scan.ts treat every quote after the first characters as the end.
it('finds the end of every string, however long and however escaped', () => {
  const piece = fc.constantFrom('\\', '"', 'x', 'ü', 'long '.repeat(20), '\n')
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
    const text = JSON.stringify(pieces.join(''))
    expect(endOfString(`${text},"rest"`, 0)).toBe(text.length)
    expect(endOfString(text.slice(0, -1), 0)).toBe(text.length - 1)
  }))
})

it('finds the members that JSON.parse finds, and writes back what it read', () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, '\t'), (value, indent) => {
    const text = ` ${JSON.stringify(value, null, indent)} `
    for (const [name, member] of Object.entries(value))
      expect(JSON.parse(rawMember(text, name) ?? '')).toEqual(JSON.parse(JSON.stringify(member)))
    expect(rawMember(text, 'never \0')).toBeUndefined()
    expect(JSON.parse(writeJsonTree(readJsonTree(text)))).toEqual(JSON.parse(text))
  }))
})

// Red: in src/shared/json-members.ts let `rawMember` keep the first.
it('takes the last of repeated members, whichever way its name is written', () =>
  expect(rawMember('{"a":1,"\\u0061" : [2, "}"] ,"b":3}', 'a')).toBe('[2, "}"]'))
