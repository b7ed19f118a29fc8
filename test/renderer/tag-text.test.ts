import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTags, writeTags } from '../../src/renderer/src/tag-text'

describe('tags as text', () => {
  it.each([
    [[], ''],
    [['a', 'user:1'], 'a, user:1'],
    [['a,b', ' lead', 'tail '], 'a%2Cb, %20lead, tail%20'],
    [['100%', 'ü x'], '100%25, ü x'],
    [['line\nend'], 'line%0Aend'],
  ])('%j is written as %j', (tags, text) => {
    expect(writeTags(tags)).toBe(text)
    expect(readTags(text)).toEqual(tags)
  })

  it('reads what people type', () => {
    expect(readTags(' a ,, b,')).toEqual(['a', 'b'])
    // Red: in tag-text.ts begin with the tag, which a form would then write in a capital.
    expect(() => readTags('a, 50%')).toThrow('Larder-Tags: in the tag 50%, write a percent sign as %25')
  })

  it('reads back any tags', () => {
    const tag = fc.string({ unit: 'binary', minLength: 1 })
    fc.assert(fc.property(fc.array(tag), (tags) => {
      expect(readTags(writeTags(tags))).toEqual(tags)
    }))
  })
})
