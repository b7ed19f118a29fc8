import fc from 'fast-check'
import { expect, it } from 'vitest'
import { etagOf, noneMatchNames, parseIfMatch } from '../../../src/main/http/etags'

const version = fc.oneof(
  fc.nat(20_000_000),
  fc.maxSafeNat(),
  fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }).map(wall => wall * 1000),
)

// Red when src/main/http/etags.ts does not pad the lower part of a tag with zeros.
it('writes a version whole, whatever was written before', () => {
  fc.assert(fc.property(fc.array(version, { minLength: 1, maxLength: 5 }), versions =>
    versions.every(each => etagOf(each) === `"${each}"`)))
  fc.assert(fc.property(version.filter(each => each > 0 && each < 1e16), each =>
    noneMatchNames(etagOf(each), etagOf(each)) && parseIfMatch(etagOf(each))[0] === each))
  expect(etagOf(1_800_000_000_000_007)).toBe('"1800000000000007"')
})
