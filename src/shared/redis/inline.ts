const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }
/** As in C: a no-break space is a byte of many letters in UTF-8. */
const space = /[ \t\n\v\f\r]/

/**
 * The words of a line that a person has typed, with quotes as Redis and redis-cli take them;
 * undefined if a quote does not end, or something stands right behind it.
 *
 * @param line one character a byte
 * @returns one character a byte
 */
export function splitRedisLine(line: string): string[] | undefined {
  const words: string[] = []
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
    words.push(word)
  }
}

const plainWord = /^[\w./:=@%+,*-]+$/
const named: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\x07': '\\a',
  '"': '\\"',
  '\\': '\\\\',
}

/** Writes bytes, one character each, as one word of such a line, in printable ASCII. */
export function quoteRedisWord(bytes: string): string {
  return plainWord.test(bytes) ? bytes : quoteRedisText(bytes)
}

/** The same in quotes whatever it is, as redis-cli shows a value. */
export function quoteRedisText(bytes: string): string {
  const inside = bytes.replaceAll(/["\\]|[^\x20-\x7E]/g, byte =>
    named[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `"${inside}"`
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
