import type { SnippetRequest } from './request'
import { headersOf, keyVariable } from './request'
import { toBase64 } from './text'

/**
 * Characters above which a body is piped: the kernel takes 128 KiB a word, and a character is up to
 * 3 bytes.
 */
const longestWord = 40_000
/** Characters up to which the command stays on one line. */
const longestLine = 100

/** The request for a POSIX shell. */
export function writeCurl(request: SnippetRequest): string {
  const { method, url, body, withKey } = request
  const options = [
    ...(method === 'GET' ? [] : method === 'HEAD' ? ['--head'] : [`-X ${quoteWord(method)}`]),
    ...(withKey ? [`-H "Api-Key: $${keyVariable}"`] : []),
    ...headersOf(request).map(([name, value]) => `-H ${quoteWord(`${name}: ${value}`)}`),
    // In a URL, curl takes these for patterns.
    ...(/[[\]{}]/.test(url) ? ['--globoff'] : []),
  ]
  const { pipe, option } = bodyOf(body)
  const words = [`${pipe}curl`, ...options, ...option, quoteWord(url)]
  const line = words.join(' ')
  return line.length <= longestLine ? line : words.join(' \\\n  ')
}

/** One word of a POSIX shell, whatever is in it but NUL, which no word can hold. */
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
