import fc from 'fast-check'

/**
 * One code point, halves of surrogate pairs among them: what fast-check calls the unit `binary` of
 * a string. That one makes a table of all 1.1 million first, which takes a second in each process.
 */
export const anyCodePoint = fc.oneof(fc.nat(0xFF), fc.nat(0x10FFFF)).map(point => String.fromCodePoint(point))
