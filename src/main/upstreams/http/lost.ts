import { SourceError } from '../../serving/sources/source'
import { abandoned } from '../abort'

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
