import type { OperationInput, OperationName } from '@shared/operations'
import type { CommandContext } from './command'
import { evictionSentence } from '@shared/eviction-question'
import { operations } from '@shared/operations'
import { Evictions } from '@shared/schemas'
import { confirm, isAtTerminal } from './ask'
import { strangeAnswer } from './client'
import { flag } from './command'
import { boolean } from './values'

/** The flag that `askEvictions` takes, and the paragraph of the help about it. */
export const yes = flag(null, 'Do not ask.', boolean)
export const asking = 'If entries have to go, it says at a terminal how many, and asks first. A script is not asked.'

/**
 * Asks at a terminal before an operation that evicts entries. Throws Failure (error) unless the
 * person agrees, and those of the operation itself.
 */
export async function askEvictions<N extends OperationName>(
  { client, io }: CommandContext,
  name: N,
  input: OperationInput<N>,
  isSure = false,
): Promise<void> {
  const { preview } = operations[name]
  if (preview === undefined || isSure || !isAtTerminal(io))
    return
  // Both operations have the same input.
  const { data, error } = Evictions.safeParse(await client.callRaw(preview, input as OperationInput<typeof preview>))
  if (!data)
    throw strangeAnswer(preview, error)
  if (data.evicted === 0)
    return
  const cache = 'name' in input ? String(input.name) : null
  const title = cache === null ? 'Lower the memory budget?' : 'Lower the limit?'
  await confirm(io, `${title} ${evictionSentence(data, cache)}`)
}
