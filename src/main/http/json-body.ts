import { invalidField, LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { jsonExcess } from '@shared/json-limits'
import { limits } from '@shared/limits'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Parses JSON. Throws LarderError `malformed-json`, and `too-large` if it has more elements than
 * the limit. Too many elements and too deep nesting are refused before anything is parsed.
 */
export function parseJson(body: Buffer): unknown {
  const text = attempt(() => utf8.decode(body))
  const excess = jsonExcess(text, limits.jsonDepth, limits.jsonElements)
  if (excess === 'depth')
    throw new LarderError('malformed-json', `The JSON is nested deeper than ${limits.jsonDepth} levels.`)
  if (excess === 'elements') {
    throw new LarderError(
      'too-large',
      `body: must have at most ${grouped(limits.jsonElements)} JSON elements`,
      { errors: [{ field: 'body', message: `must have at most ${grouped(limits.jsonElements)} JSON elements` }] },
    )
  }
  return attempt(() => JSON.parse(text) as unknown)
}

/** Like `parseJson`, for a body that has named members. Throws `invalid-input` for any other. */
export function parseJsonObject(body: Buffer): object {
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidField('body', 'must be a JSON object')
  return value
}

function attempt<T>(read: () => T): T {
  try {
    return read()
  }
  catch (cause) {
    throw new LarderError(
      'malformed-json',
      `The body is not JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`,
      { cause, logged: 'The body is not JSON.' },
    )
  }
}
