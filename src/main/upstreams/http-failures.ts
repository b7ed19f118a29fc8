import type { ClientRequest, IncomingMessage } from 'node:http'
import { SourceError } from '../serving/sources/source'
import { abandoned } from './abort'

/** The server closed an idle connection while the request was on its way. */
class ClosedMeanwhile extends SourceError {}

/** What became of a request that failed. A socket that did not open says so itself. */
export function lost(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted)
    return abandoned()
  if (error instanceof SourceError)
    return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return new SourceError('lost', code.startsWith('HPE_')
    ? 'What answers there is not HTTP, or broken.'
    : 'The connection broke before the answer came.', { cause: error })
}

/** The same for what a request itself tells; `repeated` knows those that may be sent again. */
export function failureOf(sent: ClientRequest, error: Error & { code?: string }, signal: AbortSignal): Error {
  return sent.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted
    ? new ClosedMeanwhile('lost', 'The connection broke before the answer came.', { cause: error })
    : lost(error, signal)
}

/**
 * Sends again what met a connection that the server was closing, until it gets another one (RFC
 * 9112 §9.3.1).
 *
 * @param mayRepeat whether it does no harm if the server has begun with it
 */
export async function repeated<T>(send: () => Promise<T>, mayRepeat: boolean): Promise<T> {
  for (;;) {
    try {
      return await send()
    }
    catch (error) {
      if (!(error instanceof ClosedMeanwhile) || !mayRepeat)
        throw error
    }
  }
}

/** Transfer codings that change bytes (RFC 9112 §7.2). */
const compressing = /(?:^|,)\s*(?:x-)?(?:compress|deflate|gzip)\s*(?:;|,|$)/i

/**
 * Why the body of an answer would be taken for what it is not: it is compressed for the transfer,
 * which nobody asked for (RFC 9112 §7.4). The answer is given up then.
 */
export function faultOfCoding(answer: IncomingMessage): SourceError | undefined {
  const { 'transfer-encoding': coding } = answer.headers
  if (coding === undefined || !compressing.test(coding))
    return undefined
  answer.destroy()
  return new SourceError('refused', 'Its answer has a Transfer-Encoding that compresses it, which was not asked for.')
}
