import type { FilteredRequest } from '@shared/request-filter'
import { compileFilter } from '@shared/filter'
import { requestFilter } from '@shared/request-filter'
import { explainFilter, readFilter } from '../filters'

/** The argument of commands about the request log. */
export const requestArgument = { name: 'filter', meaning: 'which requests; by default all', optional: true, rest: true }
/** How to write it, for their help. */
export const requestDetail = explainFilter(requestFilter.fields, 'status>=400')

/** The filter that the words make, as text and as a test. Throws Failure (usage). */
export function readRequestFilter(words: readonly string[]): {
  filter: string
  passes: (request: FilteredRequest) => boolean
} {
  const filter = words.join(' ')
  return { filter, passes: readFilter('the filter', filter, text => compileFilter(text, requestFilter)) }
}
