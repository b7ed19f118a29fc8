import type { LarderError } from '@shared/errors'
import type { RealClock } from '../base/clock'
import type { Authenticator } from '../base/principal'
import type { Exchange } from './exchange'
import { missStatus } from '@shared/cache-status'
import { noteFailure } from '../serving/account'
import { classicError, classicSentence, classicStatus } from './classic-errors'
import { faultOfBody } from './client-errors'
import { isRefusal } from './cors'
import { send, sendText } from './exchange'

interface ErrorDeps { clock: RealClock, authenticator: Pick<Authenticator, 'allowsOrigin'> }

/** Answers an error in the form of the route's face. */
export function sendError(exchange: Exchange, thrown: LarderError, { clock, authenticator }: ErrorDeps): void {
  const { request, response, head: { origin } } = exchange
  const error = faultOfBody(request) ?? thrown
  if (response.headersSent) {
    // Part of an answer is already out. Only cutting the connection tells the client that the rest
    // is missing.
    response.destroy()
    return
  }
  if (exchange.corsOrigin === null && origin !== null && isRefusal(error.status) && authenticator.allowsOrigin(origin))
    exchange.corsOrigin = origin
  const headers = errorHeaders(exchange, error)
  const { face } = exchange
  if (exchange.result === 'miss')
    headers.push('Cache-Status', missStatus(String(exchange.reason)))
  noteFailure(exchange, error, face === 'classic' ? classicSentence(error.code, error.message) : error.message)
  if (face === 'classic') {
    send(
      exchange,
      classicStatus(error.code),
      ['Content-Type', 'application/json', ...headers],
      JSON.stringify(classicError(error.code, error.message, exchange.target.path, clock.wall())),
    )
  }
  else if (face === 'plain') {
    sendText(exchange, error.status, `${plainText(error)}\n`, headers)
  }
  else {
    send(
      exchange,
      error.status,
      ['Content-Type', 'application/problem+json', ...headers],
      JSON.stringify(error.toProblem()),
    )
  }
}

function errorHeaders(exchange: Exchange, error: LarderError): string[] {
  const headers: string[] = []
  if (error.retryAfter !== undefined)
    headers.push('Retry-After', String(Math.ceil(error.retryAfter)))
  if (error.status === 401)
    headers.push('WWW-Authenticate', 'Bearer realm="larder"')
  if (exchange.route.kind === 'method')
    headers.push('Allow', exchange.route.allow)
  return headers
}

function plainText(error: LarderError): string {
  return error.code === 'entry-not-found' ? 'given key not found' : error.message
}
