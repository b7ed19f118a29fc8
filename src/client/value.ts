import type { Held, Packed } from './store'
import { toText } from './bytes'
import { LarderClientError, toClientError } from './client-error'
import { deepest, isPlainObject, tagOf } from './value-tag'

/** What increments write as well, so a text of this type that is a whole number is a number. */
export const textType = 'text/plain; charset=utf-8'

/** Most values do without it. */
const loadPack = (): Promise<typeof import('./message-pack')> => import('./message-pack')

/**
 * A value in the simplest form that brings it back as it was: text, bytes, JSON, MessagePack.
 * Throws LarderClientError `unstorable` if there is none.
 */
export async function packValue(value: unknown): Promise<Packed> {
  if (value === undefined)
    throw new LarderClientError('unstorable', 'undefined cannot be stored.')
  if (typeof value === 'string' && value.isWellFormed() && numberIn(value) === value)
    return { type: textType, body: value }
  if (tagOf(value) === 'Uint8Array')
    return { type: 'application/octet-stream', body: value as Uint8Array }
  try {
    if (isJson(value, 0))
      return { type: 'application/json', body: JSON.stringify(value) }
    return { type: 'application/vnd.msgpack', body: (await loadPack()).writePack(value) }
  }
  catch (error) {
    throw toClientError(error, 'unstorable')
  }
}

/** Throws LarderClientError `unreadable` if the bytes are not what the type says. */
export async function unpackValue({ type, bytes }: Held): Promise<unknown> {
  try {
    // What most entries are, without a look at the rest of the rule.
    if (type === textType)
      return numberIn(toText(bytes))
    const [, json, text] = /^(?:application\/(?:vnd\.|x-|[^;]*\+)?(json|msgpack) *(?:;|$)|(text\/))/i.exec(type) ?? []
    const kind = json ?? text
    if (!kind)
      return new Uint8Array(bytes)
    if (kind === 'msgpack')
      return (await loadPack()).readPack(bytes)
    const said = toText(bytes, /\bcharset="?([^";]+)/i.exec(type)?.[1])
    return kind === 'json' ? JSON.parse(said) : said
  }
  catch (error) {
    throw toClientError(error, 'unreadable')
  }
}

/** The number that a counter's text is; any other text itself. */
function numberIn(text: string): number | string {
  return Number.isSafeInteger(+text) && `${+text}` === text ? +text : text
}

/** Whether JSON brings it back as it was. */
function isJson(value: unknown, depth: number): boolean {
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
  if (value === null || typeof value === 'boolean' || typeof value === 'string')
    return true
  if (typeof value !== 'object')
    return false
  const items: false | unknown[] = Array.isArray(value) ? [...value] : isPlainObject(value) && Object.values(value)
  return items && depth < deepest && !('toJSON' in value) && items.every(item => isJson(item, depth + 1))
}
