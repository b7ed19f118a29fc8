import type { BatchAnswer, BatchInput } from '@shared/entries'
import type { Entries } from './entry-calls'
import { encodeKey } from '@shared/entry-key'
import { LarderError } from '@shared/errors'
import { toBase64 } from '../snippets/text'

type Operation = BatchInput['operations'][number]
type Result = BatchAnswer['results'][number]

/** Which header field says in a request of its own what a member of a step says. */
const headers = { ttl: 'Larder-TTL', tags: 'Larder-Tags', contentType: 'Content-Type' } as const

/** Whether a browser would take the key for navigation, even percent-encoded (WHATWG URL §4.4). */
export function isDotted(key: string): boolean {
  return key === '.' || key === '..'
}

/**
 * The operations on one entry for the keys `.` and `..`, which a browser cannot put into a path: as
 * batches, with the answers and errors of the requests that they stand for.
 */
export function createDottedEntries(batch: Entries['batch']): Pick<Entries, 'get' | 'put' | 'delete' | 'touch'> {
  async function run(cache: string, ...operations: Operation[]): Promise<Result> {
    try {
      const { results } = await batch(cache, operations, { atomic: operations.length > 1 })
      return accepted(results.at(-1))
    }
    catch (error) {
      throw asOfOne(error)
    }
  }

  return {
    async get(cache, key, { peek = false } = {}) {
      const told = await run(cache, { op: peek ? 'peek' : 'get', key })
      const { value, contentType = '', kind = 'bytes', etag = '', ...times } = told
      const { age = 0, ttl = null, givenTtl = null, grace = 0, givenGrace = 0, tags = [] } = times
      return { key, value: bytesOf(value), contentType, kind, etag, age, ttl, givenTtl, grace, givenGrace, tags }
    },
    async put(cache, key, value, { contentType, tags, onlyNew = false, ifMatch, ...times } = {}) {
      const bytes = new Uint8Array(await new Blob([value]).arrayBuffer())
      const stored = {
        key,
        value: { base64: toBase64(bytes) },
        contentType: contentType ?? 'text/plain; charset=utf-8',
        // What is left out of JSON is not there.
        ...times,
        tags: [...tags ?? []],
      }
      const { status, etag = '' } = await run(cache, onlyNew
        ? { op: 'add', ...stored }
        : { op: 'set', ...stored, ...ifMatch !== undefined && { ifMatch } })
      return { created: status === 201, etag }
    },
    async delete(cache, key, { ifMatch } = {}) {
      // A batch deletes without a condition. A set before it, in one piece with it, has one.
      const condition: Operation[] = ifMatch === undefined ? [] : [{ op: 'set', key, value: { text: '' }, ifMatch }]
      await run(cache, ...condition, { op: 'delete', key })
    },
    async touch(cache, key, ttl) {
      await run(cache, { op: 'touch', key, ttl })
    },
  }
}

function bytesOf(value: Result['value']): Uint8Array<ArrayBuffer> {
  if (value === undefined)
    return new Uint8Array()
  return 'text' in value
    ? Uint8Array.from(encodeKey(value.text))
    : Uint8Array.from(atob(value.base64), letter => letter.charCodeAt(0))
}

/** Throws LarderError if the step failed. */
function accepted(result: Result | undefined): Result {
  if (result && result.status < 300)
    return result
  if (result?.status === 412)
    throw changed()
  if (result?.status === 413)
    throw new LarderError('too-large', 'The value is too large.')
  throw new LarderError('entry-not-found', 'There is no such entry.')
}

function changed(cause?: unknown): LarderError {
  return new LarderError('precondition-failed', 'The entry has changed or already exists.', { cause })
}

/** A batch names the fields of its steps; a request of its own has header fields. */
function asOfOne(error: unknown): unknown {
  if (!(error instanceof LarderError))
    return error
  if (error.code === 'batch-aborted')
    return changed(error)
  const errors = error.errors?.map(({ field, message }) => {
    const name = field.replace(/^operations\.\d+\./, '').split('.')[0] ?? ''
    return { field: Object.hasOwn(headers, name) ? headers[name as keyof typeof headers] : name, message }
  })
  return errors ? new LarderError(error.code, error.message, { cause: error, errors }) : error
}
