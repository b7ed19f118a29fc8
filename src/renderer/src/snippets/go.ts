import type { SnippetRequest } from './request'
import { headersOf, keyVariable } from './request'
import { escapeLiteral, longEscape, toBase64 } from './text'

/** Writes the request as a complete Go program. */
export function writeGo(request: SnippetRequest): string {
  const { method, url, body, withKey } = request
  const binary = body instanceof Uint8Array
  const packages = [
    ...(binary ? ['encoding/base64'] : []),
    'fmt',
    'io',
    'net/http',
    'os',
    ...(body === undefined ? [] : ['strings']),
  ]
  return [
    'package main',
    '',
    'import (',
    ...packages.map(name => `\t"${name}"`),
    ')',
    '',
    'func main() {',
    `\trequest, err := http.NewRequest(${goText(method)}, ${goText(url)}, ${bodyLiteral(body)})`,
    ...orPanic,
    ...(withKey ? [`\trequest.Header.Set("Api-Key", os.Getenv("${keyVariable}"))`] : []),
    ...headersOf(request).map(([name, value]) => `\trequest.Header.Set(${goText(name)}, ${goText(value)})`),
    '\tresponse, err := http.DefaultClient.Do(request)',
    ...orPanic,
    '\tdefer response.Body.Close()',
    '\tfmt.Println(response.Status)',
    '\tif _, err := io.Copy(os.Stdout, response.Body); err != nil {',
    '\t\tpanic(err)',
    '\t}',
    '}',
  ].join('\n')
}

const orPanic = ['\tif err != nil {', '\t\tpanic(err)', '\t}']

function bodyLiteral(body: SnippetRequest['body']): string {
  if (body === undefined)
    return 'nil'
  return typeof body === 'string'
    ? `strings.NewReader(${goText(body)})`
    : `base64.NewDecoder(base64.StdEncoding, strings.NewReader(${goText(toBase64(body))}))`
}

/** A literal of Go. */
export function goText(text: string): string {
  return `"${escapeLiteral(text, '"', longEscape)}"`
}
