import type { OperationInput, OperationName } from '@shared/operations'
import type { CommandContext } from './command'
import { evictionSentence } from '@shared/eviction-question'
import { operations } from '@shared/operations'
import { Evictions } from '@shared/schemas'
import { strangeAnswer } from './client'

/** The paragraph of the help of a command that may evict entries. */
export const asking = 'If entries have to go, it says at a terminal how many, and asks first. A script is not asked.'

/** Asks about the entries that an operation evicts; null if it evicts none. */
export async function evictionsOf<N extends OperationName>(
  { client }: CommandContext,
  name: N,
  input: OperationInput<N>,
): Promise<string | null> {
  const { preview } = operations[name]
  if (preview === undefined)
    return null
  // Both operations have the same input.
  const answer = await client.callRaw(preview, input as OperationInput<typeof preview>)
  const { data, error } = Evictions.safeParse(answer)
  if (!data)
    throw strangeAnswer(preview, error)
  const cache = 'name' in input ? String(input.name) : null
  const title = cache === null ? 'Lower the memory budget?' : 'Lower the limit?'
  return data.evicted === 0 ? null : `${title} ${evictionSentence(data, cache)}`
}
