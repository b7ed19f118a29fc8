import type { ErrorCode } from '@shared/errors'
import type { JsonTree } from '@shared/json-members'
import { LarderError, messageOf } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { jsonExcess } from '@shared/json-limits'
import { readJsonTree, writeJsonTree } from '@shared/json-members'
import { limits } from '@shared/limits'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Applies RFC 7396 §2 to the bytes of two JSON texts. Everything that the patch does not change
 * keeps its text: 1.10 stays 1.10, and numbers beyond 2^53 lose nothing; only white space between
 * the members of a patched object is dropped. Throws LarderError `not-json` if the value cannot be
 * patched, `malformed-json` for the patch, `too-large` if either has more bytes or elements than
 * can be processed in one go.
 */
export function mergePatch(value: Buffer, patch: Buffer): Buffer {
  const change = readJsonTree(checked(patch, 'malformed-json', 'The patch', 'read'))
  return Buffer.from(writeJsonTree(merge(
    readJsonTree(checked(value, 'not-json', 'The value', 'patched'), change),
    change,
  )))
}

/** Decodes the bytes and checks that they are JSON. */
function checked(bytes: Buffer, code: ErrorCode, what: string, done: string): string {
  if (bytes.length > limits.patched) {
    throw new LarderError(
      'too-large',
      `${what} has more than ${grouped(limits.patched)} bytes; it is too large to be ${done}.`,
    )
  }
  const text = attempt(() => utf8.decode(bytes))
  const excess = jsonExcess(text, limits.jsonDepth, limits.patchElements)
  if (excess === 'depth')
    throw new LarderError(code, `${what} is nested deeper than ${limits.jsonDepth} levels.`)
  if (excess === 'elements') {
    throw new LarderError(
      'too-large',
      `${what} has more than ${grouped(limits.patchElements)} JSON elements; it is too large to be ${done}.`,
    )
  }
  attempt(() => JSON.parse(text))
  return text

  function attempt<T>(work: () => T): T {
    try {
      return work()
    }
    catch (error) {
      const logged = `${what} is not JSON.`
      // The parser quotes the text, and who may write a value may not always read it.
      const message = code === 'not-json' ? logged : `${what} is not JSON: ${messageOf(error)}`
      throw new LarderError(code, message, { cause: error, logged })
    }
  }
}

function merge(target: JsonTree | undefined, patch: JsonTree): JsonTree {
  if (typeof patch === 'string')
    return patch
  const members = target instanceof Map ? target : new Map<string, JsonTree>()
  for (const [name, change] of patch) {
    if (change === 'null')
      members.delete(name)
    else
      members.set(name, merge(members.get(name), change))
  }
  return members
}
