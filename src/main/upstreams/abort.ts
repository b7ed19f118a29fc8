import { SourceError } from '../serving/sources/source'

/** Why a call ended before its answer: nobody waits for it any more. */
export function abandoned(): SourceError {
  return new SourceError('lost', 'The answer did not come in time.')
}

/**
 * Waits for work, but not beyond the abort of the signal. What becomes of the work then is up to
 * the caller. Throws what the work throws, or SourceError `lost`.
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(abandoned())
    if (signal.aborted)
      onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
