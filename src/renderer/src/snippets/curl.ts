import type { SnippetRequest } from './request'
import { headersOf, keyVariable } from './request'
import { toBase64 } from './text'

/**
 * Characters above which the body is piped: the kernel allows 128 KiB per argument, and a character
 * takes up to 3 bytes.
 */
const longestWord = 40_000
/** Characters up to which the command stays on one line. */
const longestLine = 100

/** Writes the request for a POSIX shell. */
export function writeCurl(request: SnippetRequest): string {
  const { method, url, body, withKey } = request
  const options = [
    ...(method === 'GET' ? [] : method === 'HEAD' ? ['--head'] : [`-X ${quoteWord(method)}`]),
    ...(withKey ? [`-H "Api-Key: $${keyVariable}"`] : []),
    ...headersOf(request).map(([name, value]) => `-H ${quoteWord(`${name}: ${value}`)}`),
    // curl would treat these characters of a URL as patterns.
    ...(/[[\]{}]/.test(url) ? ['--globoff'] : []),
  ]
  const { pipe, option } = bodyOf(body)
  const words = [`${pipe}curl`, ...options, ...option, quoteWord(url)]
  const line = words.join(' ')
  return line.length <= longestLine ? line : words.join(' \\\n  ')
}

/** Quotes any text as one word of a POSIX shell, except NUL, which no word can contain. */
export function quoteWord(text: string): string {
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.toWellFormed().replaceAll('\'', '\'\\\'\'')}'`
}

function bodyOf(body: SnippetRequest['body']): { pipe: string, option: string[] } {
  if (body === undefined)
    return { pipe: '', option: [] }
  const fromPipe = ['--data-binary @-']
  if (typeof body !== 'string')
    return { pipe: `printf %s ${quoteWord(toBase64(body))} | base64 -d | `, option: fromPipe }
  if (body.includes('\0'))
    return bodyOf(new TextEncoder().encode(body))
  if (body.length > longestWord)
    return { pipe: `printf %s ${quoteWord(body)} | `, option: fromPipe }
  return { pipe: '', option: [`--data-raw ${quoteWord(body)}`] }
}
