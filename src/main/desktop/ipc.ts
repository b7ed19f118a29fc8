import type { WireAnswer } from '@shared/ipc'
import type { WebContents } from 'electron'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import { LarderError } from '@shared/errors'
import { toWireError } from '@shared/ipc'
import { limits } from '@shared/limits'
import { ipcMain } from 'electron'
import { toLarderError } from '../base/unexpected'
import { checkPlainInput } from './plain-input'
import { isTrustedSender } from './trusted-sender'

/** Answers one call of the page. Errors that it throws reach the page as data. */
type Answer = (input: unknown, page: WebContents) => unknown

/**
 * The only way in for the page: checks the sender and the input, then answers. Everything that is
 * thrown leaves as an error with a code.
 *
 * @param most bytes of an input
 */
export function handle(channel: string, answer: Answer, logger: Logger, most: number = limits.adminBody): Disposable {
  ipcMain.handle(channel, async (event, input: unknown): Promise<WireAnswer<unknown>> => {
    try {
      if (!isTrustedSender(event))
        throw new LarderError('cross-origin', 'Only the page of Larder\'s own window may call this.')
      checkPlainInput(input, most)
      return { ok: true, value: await answer(input, event.sender) }
    }
    catch (error) {
      return { ok: false, error: toWireError(toLarderError(error, logger, { channel })) }
    }
  })
  return { dispose: () => ipcMain.removeHandler(channel) }
}
