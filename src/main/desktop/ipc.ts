import type { WireAnswer } from '@shared/ipc'
import type { WebContents } from 'electron'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import { LarderError } from '@shared/errors'
import { toWireError } from '@shared/ipc'
import { ipcMain } from 'electron'
import { messageOf } from '../base/logger'
import { checkPlainInput } from './plain-input'
import { isTrustedSender } from './trusted-sender'

/** Answers one call of the page. Errors that it throws reach the page as data. */
type Answer = (input: unknown, page: WebContents) => unknown

/**
 * The only way in for the page: checks the sender and the input, then answers. Everything that is
 * thrown leaves as an error with a code.
 */
export function handle(channel: string, answer: Answer, logger: Logger): Disposable {
  ipcMain.handle(channel, async (event, input: unknown): Promise<WireAnswer<unknown>> => {
    try {
      if (!isTrustedSender(event))
        throw new LarderError('cross-origin', 'Only the page of Larder\'s own window may call this.')
      checkPlainInput(input)
      return { ok: true, value: await answer(input, event.sender) }
    }
    catch (error) {
      return { ok: false, error: toWireError(expected(error, channel, logger)) }
    }
  })
  return { dispose: () => ipcMain.removeHandler(channel) }
}

/** An unexpected error is a bug: it is logged, and the page learns nothing about it. */
function expected(error: unknown, channel: string, logger: Logger): LarderError {
  if (error instanceof LarderError)
    return error
  logger.error('unexpected error', {
    channel,
    error: messageOf(error),
    stack: error instanceof Error ? error.stack ?? null : null,
  })
  return new LarderError('internal', 'Something went wrong inside Larder. The log has the details.', { cause: error })
}
