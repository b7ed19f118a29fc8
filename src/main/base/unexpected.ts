import type { LogFields, Logger } from './logger'
import { LarderError, messageOf } from '@shared/errors'

/** All that a caller learns of a bug. */
export const internalDetail = 'Something went wrong inside Larder. The log has the details.'

/**
 * Turns anything that was thrown into an error that can be answered. If it is not a LarderError, it
 * is a bug: it is logged with its stack and `fields`, and the caller learns nothing about it.
 */
export function toLarderError(error: unknown, logger: Logger, fields: LogFields = {}): LarderError {
  if (error instanceof LarderError)
    return error
  const stack = error instanceof Error ? error.stack ?? null : null
  logger.error('unexpected error', { ...fields, error: messageOf(error), stack })
  return new LarderError('internal', internalDetail, { cause: error })
}
