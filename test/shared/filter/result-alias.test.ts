import { expect, it } from 'vitest'
import { completeFilter } from '../../../src/shared/filter'
import { compileRequestFilter, requestFilter } from '../../../src/shared/request-filter'

const record = (result: string): never => ({ result, from: 'app', marks: [] }) as never

// Red: in request-filter.ts leave `aliases` out.
const filters = ['result:deleted', 'result:DELETED', 'result:hit,deleted', 'result:dropped']
it.each(filters)('%s finds deletions', (filter) => {
  const passes = compileRequestFilter(filter)
  expect([passes(record('dropped')), passes(record('stored'))]).toEqual([true, false])
})

it('an unknown result is refused, and completion offers one word for a deletion', () => {
  expect(() => compileRequestFilter('result:constructor')).toThrow('result must be one of')
  const { options } = completeFilter('result:d', 8, requestFilter)
  expect(options.map(({ text }) => text).filter(text => text.startsWith('d'))).toEqual(['dropped'])
})
