import type { OperationInput, OperationName } from '@shared/operations'
import type { CommandContext } from './command'
import { askFirst } from './ask-first'
import { evictionsOf } from './eviction-question'
import { questions } from './questions'

/**
 * Asks at a terminal before an operation that destroys something, or evicts entries, as the table
 * of operations says. Returns the input by which it does no more than the question said. Throws
 * Failure (error) unless the person agrees, and those of the operations that say what goes.
 */
export async function askBefore<N extends OperationName>(
  context: CommandContext,
  name: N,
  input: OperationInput<N>,
  isSure?: boolean,
): Promise<OperationInput<N>> {
  let only: Partial<OperationInput<N>> = {}
  await askFirst(context, isSure, async () => {
    const asked = await questions[name]?.(input, context) ?? await evictionsOf(context, name, input)
    if (asked === null || typeof asked === 'string')
      return asked
    only = asked.only
    return asked.text
  })
  return { ...only, ...input }
}
