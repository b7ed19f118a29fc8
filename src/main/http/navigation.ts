import type { IncomingMessage } from 'node:http'
import type { RequestHead } from './request-head'

/**
 * Whether a person opened an address in a browser: such a request asks for HTML (RFC 9110 §12.5.1)
 * and carries no key. An app that takes any type does not ask for HTML.
 */
export function isNavigation({ method, headers }: IncomingMessage, { secret }: RequestHead): boolean {
  return (method === 'GET' || method === 'HEAD') && secret === null && asksForHtml(headers.accept ?? '')
}

function asksForHtml(accept: string): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
    return type === 'text/html' && !parameters.some(parameter => /^q=0(?:\.0*)?$/.test(parameter))
  })
}
