import type { SnippetRequest } from './request'
import { keyVariable } from './request'

/**
 * Writes the request as it is sent (RFC 9112 §3), for reading; `credential` is the header to show
 * in place of the real one.
 */
export function writeHttp(
  { method, url, headers, body, withKey }: SnippetRequest,
  credential = `Api-Key: $${keyVariable}`,
): string {
  const { host, pathname, search } = new URL(url)
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    ...(withKey ? [credential] : []),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  if (body === undefined)
    return lines.join('\n')
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  return [
    ...lines,
    `Content-Length: ${typeof body === 'string' ? new TextEncoder().encode(body).length : body.length}`,
    '',
    text,
  ].join('\n')
}
