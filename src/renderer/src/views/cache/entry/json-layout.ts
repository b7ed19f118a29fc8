import type { Sliced } from '../values/slices'
import { closeBrace, closeBracket, comma, endOfString, openBrace, openBracket, quote } from '@shared/json-scan'

/**
 * Layouts that programs write: without spaces; on one line with a space after each comma and colon,
 * as Python does; and one member or item per line, indented by two spaces.
 */
const styles = ['compact', 'spaced', 'indented'] as const
export type JsonStyle = typeof styles[number]

/** A JSON text before it is edited. `style` is undefined if no program would write it like this. */
export interface FormerLayout { text: string, style: JsonStyle | undefined }

/** A layout that is no longer the former one; `back` is the text in the former layout, if known. */
interface LayoutChange { back: string | undefined }

/** Maximum number of characters of a text in a new layout. Deep nesting costs n² of them. */
const longestLayout = 8_000_000
/** Tokens between two pauses. */
const stride = 4096
const colon = 0x3A

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0A || code === 0x0D || code === 0x09
}

function isMark(code: number): boolean {
  return code === comma
    || code === colon
    || code === openBrace
    || code === openBracket
    || code === closeBrace
    || code === closeBracket
}

/**
 * Writes a JSON text in another layout. Only white space between tokens changes: numbers, escapes,
 * the order of members and white space around the whole stay as they are. Returns undefined if the
 * result would be longer than `longestLayout`. The text must be JSON.
 */
export function* layOut(text: string, style: JsonStyle, lineEnd: '\n' | '\r\n'): Sliced<string | undefined> {
  let from = 0
  let to = text.length
  while (from < to && isSpace(text.charCodeAt(from)))
    from++
  while (to > from && isSpace(text.charCodeAt(to - 1)))
    to--
  const gap = style === 'compact' ? '' : ' '
  const parts: string[] = [text.slice(0, from)]
  let length = text.length - (to - from)
  let depth = 0
  let steps = 0
  let fresh = false

  function write(part: string): void {
    parts.push(part)
    length += part.length
  }
  function endLine(): void {
    if (style === 'indented')
      write(lineEnd + '  '.repeat(depth))
  }

  for (let at = from; at < to;) {
    if (++steps % stride === 0)
      yield
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      at++
      continue
    }
    const end = endOfToken(text, at, to)
    const token = text.slice(at, end)
    at = end
    if (code === closeBrace || code === closeBracket) {
      depth--
      if (!fresh)
        endLine()
      write(token)
      fresh = false
    }
    else {
      if (fresh)
        endLine()
      fresh = code === openBrace || code === openBracket
      if (fresh)
        depth++
      write(code === colon || (code === comma && style === 'spaced') ? token + gap : token)
      if (code === comma)
        endLine()
    }
    // The indentation of the next line is the only part that is longer than the text itself.
    if (length + 2 * depth > longestLayout)
      return undefined
  }
  return parts.join('') + text.slice(to)
}

function endOfToken(text: string, at: number, to: number): number {
  const code = text.charCodeAt(at)
  if (code === quote)
    return endOfString(text, at)
  let end = at + 1
  if (!isMark(code)) {
    while (end < to && !isSpace(text.charCodeAt(end)) && !isMark(text.charCodeAt(end)))
      end++
  }
  return end
}

/** Recognises the layout of a JSON text. */
export function* readLayout(text: string, lineEnd: '\n' | '\r\n'): Sliced<FormerLayout> {
  for (const style of styles) {
    if ((yield* layOut(text, style, lineEnd)) === text)
      return { text, style }
  }
  return { text, style: undefined }
}

/**
 * Tells whether a JSON text has lost the layout that it had before; undefined if it has not. A
 * layout that no program writes can come back only with the former values.
 */
export function* layoutChange(
  former: FormerLayout,
  text: string,
  lineEnd: '\n' | '\r\n',
): Sliced<LayoutChange | undefined> {
  if (text === former.text)
    return undefined
  if (former.style) {
    const back = yield* layOut(text, former.style, lineEnd)
    return back === text ? undefined : { back }
  }
  if ((yield* layOut(text, 'compact', lineEnd))?.trim() === (yield* layOut(former.text, 'compact', lineEnd))?.trim())
    return { back: former.text }
  return (yield* readLayout(text, lineEnd)).style ? { back: undefined } : undefined
}
