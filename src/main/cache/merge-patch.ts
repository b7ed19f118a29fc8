import type { ErrorCode } from '../../shared/errors'
import { LarderError } from '../../shared/errors'
import { jsonDepthExceeds } from '../../shared/json-depth'
import { limits } from '../../shared/limits'
import { messageOf } from '../base/logger'

type Json = string | boolean | null | RawNumber | Json[] | JsonObject
interface JsonObject { [member: string]: Json }
/** What JSON.rawJSON makes: a number that is written as it was read. */
interface RawNumber { readonly rawJSON: string }

/** JSON.parse with source text access (ES2026), which this TypeScript does not describe yet. */
interface JsonWithSource {
  parse: (text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown) => Json
  rawJSON: (text: string) => RawNumber
  isRawJSON: (value: unknown) => value is RawNumber
}
const json = JSON as unknown as JsonWithSource
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * RFC 7396 §2 over the bytes of two JSON texts. Numbers keep the text they had (1.10 stays 1.10, beyond 2^53 nothing is lost);
 * white space is not kept. Throws LarderError `not-json` when the value cannot be patched, `malformed-json` for the patch.
 */
export function mergePatch(value: Buffer, patch: Buffer): Buffer {
  const change = read(patch, 'malformed-json', 'The patch')
  return Buffer.from(JSON.stringify(merge(read(value, 'not-json', 'The value'), change)))
}

function read(bytes: Buffer, code: ErrorCode, what: string): Json {
  if (jsonDepthExceeds(bytes, limits.jsonDepth))
    throw new LarderError(code, `${what} is nested deeper than ${limits.jsonDepth} levels.`)
  try {
    return json.parse(utf8.decode(bytes), (_, value, context) => typeof value === 'number' ? json.rawJSON(context.source) : value)
  }
  catch (error) {
    throw new LarderError(code, `${what} is not JSON: ${messageOf(error)}`, { cause: error })
  }
}

function merge(target: Json, patch: Json): Json {
  if (!isObject(patch))
    return patch
  // A Map, because assigning a member called __proto__ would change the object's prototype instead.
  const members = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, change] of Object.entries(patch)) {
    if (change === null)
      members.delete(name)
    else
      members.set(name, merge(members.get(name) ?? null, change))
  }
  return Object.fromEntries(members)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !json.isRawJSON(value)
}
