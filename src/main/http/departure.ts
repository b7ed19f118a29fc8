import type { Exchange } from './exchange'

/**
 * Aborts when the client closes the connection, or its half of it: whoever calls a request off does
 * no more than that. Work that minds is cut short; its answer is sent all the same.
 */
export function departureOf({ request: { socket }, response }: Pick<Exchange, 'request' | 'response'>): AbortSignal {
  const departure = new AbortController()
  const onEnd = (): void => departure.abort()
  socket.once('end', onEnd)
  response.once('close', () => {
    socket.off('end', onEnd)
    departure.abort()
  })
  return departure.signal
}
