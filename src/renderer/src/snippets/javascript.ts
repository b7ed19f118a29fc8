import type { SnippetRequest } from './request'
import { saysJson } from '../json-source'
import { headersOf, keyVariable } from './request'
import { escapeLiteral, toBase64 } from './text'

/** Writes the request with `fetch`, for Node 18 or later. */
export function writeFetch(request: SnippetRequest): string {
  const { method, url, body, withKey } = request
  return lines(
    `const response = await fetch(${literal(url)}, {`,
    method !== 'GET' && `  method: ${literal(method)},`,
    ...headerLines(headersOf(request), withKey),
    body !== undefined && `  body: ${bodyLiteral(body)},`,
    '})',
    'console.log(response.status, await response.text())',
  )
}

/** Writes the request with axios. */
export function writeAxios(request: SnippetRequest): string {
  const { method, url, body, withKey } = request
  const headers = headersOf(request)
  const json = headers.some(([name, value]) => name.toLowerCase() === 'content-type' && saysJson(value))
  return lines(
    'import axios from \'axios\'',
    '',
    'const response = await axios({',
    `  method: ${literal(method)},`,
    `  url: ${literal(url)},`,
    ...headerLines(headers, withKey),
    body !== undefined && `  data: ${bodyLiteral(body)},`,
    // For JSON types, axios parses and trims text, and quotes text that it cannot parse.
    typeof body === 'string' && json && '  transformRequest: data => data,',
    '})',
    'console.log(response.status, response.data)',
  )
}

/** Writes how the client library reads an entry. The key must be well-formed text. */
export function writeClient(origin: string, cache: string, key: string): string {
  return lines(
    'import { createClient } from \'larder/client\'',
    '',
    `// The API key is read from ${keyVariable}.`,
    `const cache = createClient({ url: ${literal(origin)}, cache: ${literal(cache)} })`,
    `console.log(await cache.retrieve(${literal(key)}))`,
  )
}

function headerLines(headers: SnippetRequest['headers'], withKey: boolean): string[] {
  const fields = [
    ...(withKey ? [`    'Api-Key': process.env.${keyVariable},`] : []),
    ...headers.map(([name, value]) => `    ${literal(name)}: ${literal(value)},`),
  ]
  return fields.length === 0 ? [] : ['  headers: {', ...fields, '  },']
}

function bodyLiteral(body: string | Uint8Array): string {
  return typeof body === 'string'
    ? literal(body)
    : `Uint8Array.from(atob(${literal(toBase64(body))}), char => char.charCodeAt(0))`
}

function literal(text: string): string {
  return `'${escapeLiteral(text, '\'', codePoint => `\\u{${codePoint.toString(16)}}`)}'`
}

function lines(...texts: (string | false)[]): string {
  return texts.filter(text => text !== false).join('\n')
}
