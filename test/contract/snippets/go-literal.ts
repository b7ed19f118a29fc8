import { Buffer } from 'node:buffer'

/**
 * Returns the text of an interpreted string literal of Go, given with its quotes (Go specification,
 * "String literals"): escapes as in its table, no raw newline, no surrogate halves. Throws if the
 * compiler would refuse the literal. A literal with `\\x` is bytes, one character each.
 */
function readGoLiteral(literal: string): string {
  const inside = /^"((?:[^"\\\n]|\\.)*)"$/u.exec(literal)?.[1]
  if (inside === undefined)
    throw new SyntaxError(`not a literal: ${literal}`)
  const simple: Record<string, string> = {
    'a': '\x07',
    'b': '\b',
    'f': '\f',
    'n': '\n',
    'r': '\r',
    't': '\t',
    'v': '\v',
    '\\': '\\',
    '"': '"',
  }
  return inside.replace(/\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([\da-fA-F]{2})|(.))/gu, (
    _,
    short?: string,
    long?: string,
    byte?: string,
    letter?: string,
  ) => {
    if (letter !== undefined)
      return simple[letter] ?? fail(`unknown escape \\${letter}`)
    const code = Number.parseInt(short ?? long ?? byte ?? '', 16)
    return code >= 0xD800 && code <= 0xDFFF ? fail('surrogate half') : String.fromCodePoint(code)
  })
}

/** Returns the string literals of a program, in order. */
export function goLiterals(program: string): string[] {
  return (program.match(/"(?:[^"\\\n]|\\.)*"/g) ?? []).map(readGoLiteral)
}

export const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64')

function fail(message: string): never {
  throw new SyntaxError(message)
}
