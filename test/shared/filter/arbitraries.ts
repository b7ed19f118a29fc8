import type { TermMeaning } from '../../../src/shared/filter/format'
import type { Operator, Part } from '../../../src/shared/filter/scan'
import fc from 'fast-check'
import { anyCodePoint } from '../../helpers/any-code-point'

/** Characters with a meaning in the grammar, and some that break careless programs. */
const awkward = fc.constantFrom(
  '"',
  '\\',
  '*',
  '?',
  ',',
  ':',
  '-',
  '=',
  '>',
  '<',
  '!',
  ' ',
  '\t',
  '\n',
  '\u00A0',
  '\u2028',
  'a',
  'é',
  'ß',
  'İ',
  '日',
  '👩‍👧',
  '🍐',
  '\uD83C',
  '\uDF50',
  '\0',
  '__proto__',
)

export const anyText = fc.oneof(
  fc.string({ unit: anyCodePoint }),
  fc.array(awkward, { maxLength: 12 }).map(pieces => pieces.join('')),
)

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.array(awkward, { minLength: 1, maxLength: 8 }).map(pieces => pieces.join('')),
)

/** Parts in the form of the scanner's output, which joins neighbouring texts. */
export const parts: fc.Arbitrary<Part[]> = fc.array(
  fc.oneof(text, fc.constant(null), fc.constant(undefined)),
  { maxLength: 5 },
)
  .map(pieces => pieces.filter((piece, at) => typeof piece !== 'string' || typeof pieces[at - 1] !== 'string'))
  .map(pieces =>
    pieces.map((piece): Part =>
      typeof piece === 'string' ? { kind: 'text', text: piece } : { kind: piece === null ? 'run' : 'one' }))

const name = fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/)
const operator = fc.constantFrom<Operator>(':', '=', '!=', '>', '>=', '<', '<=')

export const term: fc.Arbitrary<TermMeaning> = fc.oneof(
  fc.record({
    negated: fc.boolean(),
    field: fc.record({ name, operator }),
    values: fc.array(parts, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ negated: fc.boolean(), field: fc.constant(null), values: fc.tuple(parts) }),
)

/** Filters as people write them, mostly correct. */
export const plausible = fc.array(fc.oneof(
  fc.constantFrom(
    'result:miss',
    '-cache:sessions',
    'status>=400',
    'duration>5ms',
    'key:user:*',
    'size<10kB',
    'status:40?',
    'nope:1',
    'result:',
    '-',
    '"open',
    'key:a,b',
    'verb!=get',
    'duration>5',
    'status>4,5',
    'cache>x',
    '\\',
  ),
  anyText,
), { maxLength: 5 }).map(terms => terms.join(' '))
