import { closeBrace, closeBracket, comma, endOfString, openBrace, openBracket, quote } from './json-scan'

/**
 * Returns the source text of a member at the top level of a JSON object, so that a part of a body
 * can be stored byte for byte; undefined if there is no such member. If a name is repeated, the
 * last one counts, as in JSON.parse. `text` must have passed JSON.parse and be an object.
 */
export function rawMember(text: string, name: string): string | undefined {
  let source: string | undefined
  eachMember(text, skipSpace(text, 0), (member, start) => {
    const end = endOfValue(text, start)
    if (member === name)
      source = text.slice(start, end)
    return end
  })
  return source
}

/** A JSON value as text, or an object as its members. */
export type JsonTree = string | Map<string, JsonTree>

/**
 * Reads `text`, which must have passed JSON.parse, in one go. With `wanted`, takes apart only
 * objects that are also objects in `wanted`; without it, all objects that are not inside an array.
 */
export function readJsonTree(text: string, wanted?: JsonTree): JsonTree {
  const start = skipSpace(text, 0)
  return readTree(text, start, wanted === undefined, wanted).tree
}

export function writeJsonTree(tree: JsonTree): string {
  if (typeof tree === 'string')
    return tree
  return `{${Array.from(tree, ([name, value]) => `${JSON.stringify(name)}:${writeJsonTree(value)}`).join(',')}}`
}

function readTree(
  text: string,
  start: number,
  all: boolean,
  wanted: JsonTree | undefined,
): { tree: JsonTree, end: number } {
  if (text.charCodeAt(start) !== openBrace || !(all || wanted instanceof Map)) {
    const end = endOfValue(text, start)
    return { tree: text.slice(start, end), end }
  }
  const members = new Map<string, JsonTree>()
  const end = eachMember(text, start, (name, at) => {
    const { tree, end } = readTree(text, at, all, wanted instanceof Map ? wanted.get(name) : undefined)
    members.set(name, tree)
    return end
  })
  return { tree: members, end }
}

/**
 * Goes through the object that begins at `at`; `read` returns where the value of a member ends.
 * Returns where the object ends.
 */
function eachMember(text: string, at: number, read: (name: string, start: number) => number): number {
  at = skipSpace(text, at + 1)
  while (text.charCodeAt(at) === quote) {
    const nameEnd = endOfString(text, at)
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1)
    at = skipSpace(text, read(nameIn(text, at, nameEnd), start))
    if (text.charCodeAt(at) === comma)
      at = skipSpace(text, at + 1)
  }
  return at + 1
}

function nameIn(text: string, start: number, end: number): string {
  const name = text.slice(start + 1, end - 1)
  return name.includes('\\') ? JSON.parse(text.slice(start, end)) as string : name
}

/** JSON's white space (RFC 8259 §2). */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0A || code === 0x0D || code === 0x09
}

function skipSpace(text: string, at: number): number {
  while (isSpace(text.charCodeAt(at)))
    at++
  return at
}

/**
 * Returns the index after a value that begins at `at`. Brackets are only counted because the text
 * is known to be well-formed.
 */
function endOfValue(text: string, at: number): number {
  let depth = 0
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at) - 1
      if (depth === 0)
        return at + 1
    }
    else if (code === openBrace || code === openBracket) {
      depth++
    }
    else if (code === closeBrace || code === closeBracket) {
      if (depth === 0)
        return at
      if (--depth === 0)
        return at + 1
    }
    else if (depth === 0 && (code === comma || isSpace(code))) {
      return at
    }
  }
  return at
}
