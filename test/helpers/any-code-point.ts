import fc from 'fast-check'

/**
 * One code point, including surrogate halves: the unit `binary` of fast-check's strings. The
 * original first builds a table of all 1.1 million, which takes a second in each process.
 */
export const anyCodePoint = fc.oneof(fc.nat(0xFF), fc.nat(0x10FFFF)).map(point => String.fromCodePoint(point))
