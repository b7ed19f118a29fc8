import type { IncomingMessage } from 'node:http'
import type { Fields } from '../../base/http-caching/fields'
import type { Origin, OriginRequest, OriginResponse } from '../../base/origin'
import type { SocketPlace } from '../http-agent'
import { request } from 'node:http'
import { fieldValues, without } from '../../base/http-caching/fields'
import { SourceError } from '../../serving/sources/source'
import { createDialingAgent, drain } from '../http-agent'
import { failureOf, faultOfCoding, repeated } from '../http-failures'
import { createPlaces } from '../places'

interface ForwardingParts {
  url: URL
  place: SocketPlace
  headers: readonly (readonly [name: string, value: string])[]
  secretHeaders: readonly (readonly [name: string, value: string])[]
}

/** Sockets of one gateway, as each client may have an answer that goes on; what is beyond waits. */
const mostSockets = 4096
/** Methods that may be sent twice (RFC 9110 §9.2.2), if no body was on its way. */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Requests as they come, to the one server of a connection. */
export function createForwarding(parts: ForwardingParts): Origin & { close: () => void } {
  const { url, place, headers, secretHeaders } = parts
  const agent = createDialingAgent(place)
  const places = createPlaces(mostSockets)

  /** The connection's own fields count more than those of a client. */
  function fieldsOf({ fields, body, secrets }: OriginRequest): string[] {
    const own = secrets ? [...headers, ...secretHeaders] : headers
    const names = new Set([...own.map(([name]) => name.toLowerCase()), 'host'])
    const sent = [...without(fields, name => names.has(name)), ...own.flat(), 'Host', url.host]
    // Without either, node would send the body of some methods without saying where it ends.
    const isFramed = body === null || fieldValues(fields, 'content-length').length > 0
    return isFramed ? sent : [...sent, 'Transfer-Encoding', 'chunked']
  }

  function once(
    wanted: OriginRequest,
    signal: AbortSignal,
    onInterim: (status: number, fields: Fields) => void,
  ): Promise<OriginResponse> {
    const { method, target, body } = wanted
    return new Promise((resolve, reject) => {
      const sent = request({
        host: place.host,
        port: place.port,
        method,
        path: target,
        agent,
        headers: fieldsOf(wanted),
        setHost: false,
        signal,
      })
      sent.on('information', ({ statusCode, rawHeaders }) => onInterim(statusCode, rawHeaders))
      sent.on('response', (response: IncomingMessage) => {
        // Whoever reads it sees by its end whether it is whole.
        response.on('error', () => {})
        const fault = faultOfCoding(response)
        if (fault)
          return reject(fault)
        const { statusCode: status = 0, statusMessage: reason = '', rawHeaders: fields } = response
        resolve({ status, reason, fields, body: response })
      })
      sent.on('upgrade', (_, socket) => {
        socket.destroy()
        reject(new SourceError('refused', 'It wants another protocol, which a gateway does not speak.'))
      })
      sent.on('error', error => reject(failureOf(sent, error, signal)))
      if (body === null) {
        sent.end()
        return
      }
      // What breaks is told by the request. `pipeline` would end the connection to the client,
      // which is still to be answered.
      body.on('error', () => {})
      body.pipe(sent)
      sent.once('close', () => body.unpipe(sent))
    })
  }

  return {
    url: url.origin,
    async send(wanted, signal, onInterim) {
      const leave = await places.enter(signal)
      try {
        const mayRepeat = wanted.body === null && idempotent.has(wanted.method)
        const answer = await repeated(() => once(wanted, signal, onInterim), mayRepeat)
        // `close` comes once only, and may have come.
        answer.body.closed ? leave() : answer.body.once('close', leave)
        return answer
      }
      catch (error) {
        leave()
        throw error
      }
    },
    close: () => drain(agent),
  }
}
