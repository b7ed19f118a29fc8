import type { OperationInput, OperationName } from '@shared/operations'
import type { CommandContext } from './command'
import { evictionSentence } from '@shared/eviction-question'
import { operations } from '@shared/operations'
import { Evictions } from '@shared/schemas'
import { askFirst } from './ask-first'
import { strangeAnswer } from './client'

/** The paragraph of the help of a command that calls `askEvictions`. */
export const asking = 'If entries have to go, it says at a terminal how many, and asks first. A script is not asked.'

/**
 * Asks at a terminal before an operation that evicts entries. Throws Failure (error) unless the
 * person agrees, and those of the operation itself.
 */
export async function askEvictions<N extends OperationName>(
  context: CommandContext,
  name: N,
  input: OperationInput<N>,
  isSure?: boolean,
): Promise<void> {
  const { preview } = operations[name]
  if (preview === undefined)
    return
  await askFirst(context, isSure, async () => {
    // Both operations have the same input.
    const answer = await context.client.callRaw(preview, input as OperationInput<typeof preview>)
    const { data, error } = Evictions.safeParse(answer)
    if (!data)
      throw strangeAnswer(preview, error)
    const cache = 'name' in input ? String(input.name) : null
    const title = cache === null ? 'Lower the memory budget?' : 'Lower the limit?'
    return data.evicted === 0 ? null : `${title} ${evictionSentence(data, cache)}`
  })
}
