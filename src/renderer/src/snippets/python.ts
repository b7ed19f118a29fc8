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
    ...headersOf(request).map(([name, value]) => `        ${pythonText(name)}: ${pythonText(value)},`),
  ]
  return [
    ...(body instanceof Uint8Array ? ['import base64'] : []),
    ...(withKey ? ['import os'] : []),
    'from urllib.request import Request, urlopen',
    '',
    'request = Request(',
    `    ${pythonText(url)},`,
    ...(method === 'GET' ? [] : [`    method=${pythonText(method)},`]),
    ...(fields.length === 0 ? [] : ['    headers={', ...fields, '    },']),
    ...(body === undefined ? [] : [`    data=${bodyLiteral(body)},`]),
    ')',
    'with urlopen(request) as response:',
    '    print(response.status, response.read())',
  ].join('\n')
}

function bodyLiteral(body: string | Uint8Array): string {
  return typeof body === 'string' ? `${pythonText(body)}.encode()` : `base64.b64decode(${pythonText(toBase64(body))})`
}

/** A literal of Python. */
export function pythonText(text: string): string {
  return `'${escapeLiteral(text, '\'', longEscape)}'`
}
