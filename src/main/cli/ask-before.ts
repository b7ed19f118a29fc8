import type { OperationInput, OperationName } from '@shared/operations'
import type { CommandContext } from './command'
import { askFirst } from './ask-first'
import { evictionsOf } from './eviction-question'
import { questions } from './questions'

/**
 * Asks at a terminal before an operation that destroys something, or evicts entries, as the table
 * of operations says. Throws Failure (error) unless the person agrees, and those of the operations
 * that say what goes.
 */
export async function askBefore<N extends OperationName>(
  context: CommandContext,
  name: N,
  input: OperationInput<N>,
  isSure?: boolean,
): Promise<void> {
  await askFirst(context, isSure, async () =>
    await questions[name]?.(input, context) ?? await evictionsOf(context, name, input))
}
