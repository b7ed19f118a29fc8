import { expect, it } from 'vitest'
import { splitName } from '../../../src/renderer/src/shell/split-name'

it.each([
  ['', '', ''],
  ['products', 'products', ''],
  ['ten-signs-', 'ten-signs-', ''],
  ['search.results', 'search.re', 'sults'],
])('%s is cut between %s and %s', (name, start, end) => expect(splitName(name)).toEqual([start, end]))
