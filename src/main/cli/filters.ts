import { FilterError } from '@shared/filter'
import { usageFailure } from './failure'
import { displayWidth, escapeText } from './terminal'

/**
 * What `read` makes of a filter. Throws Failure (usage) that shows the filter, and where in it the
 * mistake is.
 *
 * @param where what the filter is called: the filter, --filter
 */
export function readFilter<T>(where: string, text: string, read: (text: string) => T): T {
  try {
    return read(text)
  }
  catch (error) {
    if (!(error instanceof FilterError))
      throw error
    const { message, from, to } = error
    const widthOf = (part: string): number => displayWidth(escapeText(part))
    const marks = '^'.repeat(Math.max(1, widthOf(text.slice(from, to))))
    throw usageFailure([
      `${where}, at character ${[...text.slice(0, from)].length + 1}: ${message}`,
      `  ${escapeText(text)}`,
      `  ${' '.repeat(widthOf(text.slice(0, from)))}${marks}`,
    ].join('\n'))
  }
}

/** How to write a filter with these fields, for the help of a command. */
export function explainFilter(fields: ReadonlyMap<string, unknown>, example: string): string {
  return `Filter as in the console: field:value with * and ?, ${example}, a comma for alternatives, a minus to exclude. Fields: `
    + `${[...fields.keys()].join(', ')}. Put a filter into quotation marks: shells read > and *.`
}
