import { Buffer } from 'node:buffer'

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }
const space = /\s/

/**
 * The words of a line that a person has typed, with quotes as Redis takes them; undefined if a
 * quote does not end, or something stands right behind it.
 *
 * @param line one character a byte
 */
export function splitInline(line: string): Buffer[] | undefined {
  const words: Buffer[] = []
  for (let at = 0; ;) {
    while (at < line.length && isSpace(line, at))
      at++
    if (at >= line.length)
      return words
    let word = ''
    while (at < line.length && !isSpace(line, at)) {
      const quote = line[at]
      if (quote !== '"' && quote !== '\'') {
        word += quote
        at++
        continue
      }
      const quoted = quote === '"' ? readDouble(line, at + 1) : readSingle(line, at + 1)
      if (quoted === undefined || (quoted.end < line.length && !isSpace(line, quoted.end)))
        return undefined
      word += quoted.text
      at = quoted.end
    }
    words.push(Buffer.from(word, 'latin1'))
  }
}

function isSpace(line: string, at: number): boolean {
  return space.test(line.charAt(at))
}

/** What stands between double quotes, and where the line goes on. */
function readDouble(line: string, start: number): { text: string, end: number } | undefined {
  let text = ''
  for (let at = start; at < line.length; at++) {
    const sign = line.charAt(at)
    if (sign === '"')
      return { text, end: at + 1 }
    const hex = sign === '\\' ? /^x([\da-f]{2})/i.exec(line.slice(at + 1, at + 4))?.[1] : undefined
    if (hex !== undefined) {
      text += String.fromCharCode(Number.parseInt(hex, 16))
      at += 3
    }
    else if (sign === '\\' && at + 1 < line.length) {
      at++
      text += escapes[line.charAt(at)] ?? line.charAt(at)
    }
    else {
      text += sign
    }
  }
  return undefined
}

function readSingle(line: string, start: number): { text: string, end: number } | undefined {
  let text = ''
  for (let at = start; at < line.length; at++) {
    if (line.startsWith('\\\'', at))
      text += line.charAt(++at)
    else if (line[at] === '\'')
      return { text, end: at + 1 }
    else
      text += line.charAt(at)
  }
  return undefined
}
