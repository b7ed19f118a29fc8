import type { CommandContext } from './command'
import { confirm, isAtTerminal } from './ask'
import { flag } from './command'
import { boolean } from './values'

/** The flag of every command that asks. */
export const yes = flag(null, 'Do not ask.', boolean)

/** The paragraph of the help of a command that destroys something. */
export const asksFirst = 'At a terminal it says what goes, and asks first. A script is not asked.'

/**
 * Asks at a terminal before something that has no way back. `question` is only called there; null
 * means that nothing goes. Throws Failure (error) unless the person agrees.
 */
export async function askFirst(
  { io }: Pick<CommandContext, 'io'>,
  isSure: boolean | undefined,
  question: () => string | null | Promise<string | null>,
): Promise<void> {
  if (isSure === true || !isAtTerminal(io))
    return
  const text = await question()
  if (text !== null)
    await confirm(io, text)
}
