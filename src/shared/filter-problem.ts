import { invalidField } from './errors'
import { FilterError } from './filter'

/**
 * Returns what `compile` makes of a filter that a request has in `filter`. Throws LarderError
 * `invalid-input` that says where the filter is wrong. Characters are counted as people do, from 1.
 */
export function compileGiven<T>(filter: string, compile: (filter: string) => T): T {
  try {
    return compile(filter)
  }
  catch (error) {
    if (error instanceof FilterError)
      throw invalidField('filter', `at character ${[...filter.slice(0, error.from)].length + 1}: ${error.message}`)
    throw error
  }
}
