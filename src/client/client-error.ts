import type { ErrorCode } from '@shared/errors'

/**
 * Why a call failed: a code of the server's table of errors, or one that only the client knows.
 *
 * - `unreachable`: nobody answers at the address, or the connection broke.
 * - `timeout`: there was no whole answer in time.
 * - `garbage`: something answered that is not Larder.
 * - `unreadable`: the entry does not hold what its content type says.
 * - `unstorable`: the value is of a type that would not come back as it was.
 */
export type ClientErrorCode = ErrorCode | 'unreachable' | 'timeout' | 'garbage' | 'unreadable' | 'unstorable'

/** The only error that the client throws by itself. */
export class LarderClientError extends Error {
  override readonly name: string = 'LarderClientError'
  declare readonly code: ClientErrorCode
  /** HTTP status, if a server answered. */
  declare readonly status: number | undefined

  constructor(code: ClientErrorCode, message: string, options: { status?: number, cause?: unknown } = {}) {
    super(message, options)
    this.code = code
    this.status = options.status
  }
}

/** The error itself if it is one of ours; anything else becomes `code` with what it says. */
export function toClientError(error: unknown, code: ClientErrorCode): LarderClientError {
  return error instanceof LarderClientError
    ? error
    : new LarderClientError(code, `${code}: ${(error as Error).message ?? error}`, { cause: error })
}

/** Throws LarderClientError: an argument or option is not what it has to be. */
export function refuse(what: string, rule: string): never {
  throw new LarderClientError('invalid-input', `${what} must be ${rule}.`)
}

/** Throws LarderClientError unless it is a time to live: seconds, or null for no end. */
export function checkTtl(ttl: number | null): void {
  if (ttl !== null && !(typeof ttl === 'number' && ttl > 0))
    refuse('A TTL', 'above 0, or null')
}
