import type { SnippetRequest } from './request'
import { headersOf, keyVariable } from './request'
import { escapeLiteral, longEscape, toBase64 } from './text'

/**
 * Writes the request for Python 3 with only its standard library, which sends the path unchanged;
 * `requests` would decode `%2E` in it.
 */
export function writePython(request: SnippetRequest): string {
  const { method, url, body, withKey } = request
  const fields = [
    ...(withKey ? [`        'Api-Key': os.environ['${keyVariable}'],`] : []),
    ...headersOf(request).map(([name, value]) => `        ${literal(name)}: ${literal(value)},`),
  ]
  return [
    ...(body instanceof Uint8Array ? ['import base64'] : []),
    ...(withKey ? ['import os'] : []),
    'from urllib.request import Request, urlopen',
    '',
    'request = Request(',
    `    ${literal(url)},`,
    ...(method === 'GET' ? [] : [`    method=${literal(method)},`]),
    ...(fields.length === 0 ? [] : ['    headers={', ...fields, '    },']),
    ...(body === undefined ? [] : [`    data=${bodyLiteral(body)},`]),
    ')',
    'with urlopen(request) as response:',
    '    print(response.status, response.read())',
  ].join('\n')
}

function bodyLiteral(body: string | Uint8Array): string {
  return typeof body === 'string' ? `${literal(body)}.encode()` : `base64.b64decode(${literal(toBase64(body))})`
}

function literal(text: string): string {
  return `'${escapeLiteral(text, '\'', longEscape)}'`
}
