import type { Exchange } from './exchange'
import { LarderError } from '@shared/errors'

/**
 * Aborts when the client closes the connection, or its half of it: whoever calls a request off does
 * no more than that. Work that minds is cut short; its answer is sent all the same.
 */
export function departureOf({ request: { socket }, response }: Pick<Exchange, 'request' | 'response'>): AbortSignal {
  const departure = new AbortController()
  const onEnd = (): void => departure.abort(gone())
  socket.once('end', onEnd)
  response.once('close', () => {
    socket.off('end', onEnd)
    departure.abort(gone())
  })
  return departure.signal
}

function gone(): LarderError {
  return new LarderError('bad-request', 'The client left before its answer was there.')
}
