/** A member of a JSON object as it stands in the text. */
export interface RawMember { name: string, source: string }

/**
 * The top-level members of a JSON object with their values' source text, so that a part of a body can be stored byte for byte. `text`
 * must have passed JSON.parse and be an object; of repeated names JSON.parse takes the last, and so should the caller.
 */
export function rawMembers(text: string): RawMember[] {
  const members: RawMember[] = []
  let at = skipSpace(text, text.indexOf('{') + 1)
  while (text[at] === '"') {
    const nameEnd = skipString(text, at)
    const name = JSON.parse(text.slice(at, nameEnd)) as string
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1)
    const end = skipValue(text, start)
    members.push({ name, source: text.slice(start, end) })
    at = skipSpace(text, end)
    if (text[at] === ',')
      at = skipSpace(text, at + 1)
  }
  return members
}

/** Source text of the member that JSON.parse would take; undefined when there is none. */
export function rawMember(text: string, name: string): string | undefined {
  return rawMembers(text).findLast(member => member.name === name)?.source
}

/** JSON's white space (RFC 8259 §2). */
function skipSpace(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t')
    at++
  return at
}

/** From an opening quote to behind the closing one. */
function skipString(text: string, at: number): number {
  for (at++; text[at] !== '"'; at++) {
    if (text[at] === '\\')
      at++
  }
  return at + 1
}

/** From a value's first character to behind its last. Brackets are only counted: the text is known to be well-formed. */
function skipValue(text: string, at: number): number {
  let depth = 0
  for (; at < text.length; at++) {
    const char = text[at] as string
    if (char === '"') {
      at = skipString(text, at) - 1
      if (depth === 0)
        return at + 1
    }
    else if (char === '{' || char === '[') {
      depth++
    }
    else if (char === '}' || char === ']') {
      if (depth === 0)
        return at
      if (--depth === 0)
        return at + 1
    }
    else if (depth === 0 && /[,\s]/.test(char)) {
      return at
    }
  }
  return at
}
