import { expect, it } from 'vitest'
import { readingOf } from '../../../src/renderer/src/views/cache/entries/reading'
import { readEntryFilter } from '../../../src/shared/entry-filter'

it.each([
  ['', /^A word is searched for inside keys/],
  ['shoes', /^Keys that contain shoes \(upper or lower case\)$/],
  ['user:*', /^Keys that begin with user:$/],
  ['prefix:user:', /^Keys that begin with user:$/],
  ['*:cart', /^Keys that match the whole pattern \*:cart$/],
  ['key:a', /^Keys that match the whole pattern a$/],
  ['tag:sale', /^Entries with the tag sale$/],
  ['-x', /^Entries that match this condition$/],
  ['tag:shoes product: -x', /^Entries that match all 3 terms$/],
])('says how %j is read', (text, expected) => {
  const reading = readingOf(readEntryFilter(text))
  expect(typeof reading === 'string'
    ? reading
    : reading.map(part => typeof part === 'string' ? part : part.key).join('')).toMatch(expected)
})
