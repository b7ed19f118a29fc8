import type { SnippetRequest } from './request'
import { saysJson } from '../json-source'
import { headersOf, keyVariable } from './request'
import { escapeLiteral, toBase64 } from './text'

/** Writes the request with `fetch`, for Node 18 or later. */
export function writeFetch(request: SnippetRequest): string {
  const { method, url, body, withKey } = request
  return lines(
    `const response = await fetch(${javascriptText(url)}, {`,
    method !== 'GET' && `  method: ${javascriptText(method)},`,
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
    `  method: ${javascriptText(method)},`,
    `  url: ${javascriptText(url)},`,
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
    `const cache = createClient({ url: ${javascriptText(origin)}, cache: ${javascriptText(cache)} })`,
    `console.log(await cache.retrieve(${javascriptText(key)}))`,
  )
}

function headerLines(headers: SnippetRequest['headers'], withKey: boolean): string[] {
  const fields = [
    ...(withKey ? [`    'Api-Key': process.env.${keyVariable},`] : []),
    ...headers.map(([name, value]) => `    ${javascriptText(name)}: ${javascriptText(value)},`),
  ]
  return fields.length === 0 ? [] : ['  headers: {', ...fields, '  },']
}

function bodyLiteral(body: string | Uint8Array): string {
  return typeof body === 'string'
    ? javascriptText(body)
    : `Uint8Array.from(atob(${javascriptText(toBase64(body))}), char => char.charCodeAt(0))`
}

/** A literal of JavaScript. */
export function javascriptText(text: string): string {
  return `'${escapeLiteral(text, '\'', codePoint => `\\u{${codePoint.toString(16)}}`)}'`
}

function lines(...texts: (string | false)[]): string {
  return texts.filter(text => text !== false).join('\n')
}
