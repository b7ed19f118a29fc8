import type { FormatName } from '@shared/formats'
import type { Entries, Entry } from '../../../api/entry-calls'
import { LarderError } from '@shared/errors'
import { formatOf, formats } from '@shared/formats'

/** A value in JSON, which the server made of bytes that no page reads; or why it could not. */
export type MadeReadable = { from: string, json: Uint8Array<ArrayBuffer> } | { from: string, fault: string }

/** Formats that this page reads by itself. */
const own: ReadonlySet<FormatName> = new Set(['text', 'json', 'csv'])

/** The value in JSON if it has a format that only the server reads; undefined for all others. */
export async function makeReadable(
  entries: Pick<Entries, 'get'>,
  cache: string,
  { key, contentType }: Pick<Entry, 'key' | 'contentType'>,
  signal: AbortSignal,
): Promise<MadeReadable | undefined> {
  const format = formatOf(contentType)
  if (format === undefined || own.has(format))
    return undefined
  const from = formats[format].label
  try {
    const { value, contentType: made } = await entries.get(cache, key, { signal, peek: true, as: formats.json.type })
    return formatOf(made) === 'json' ? { from, json: value } : undefined
  }
  catch (error) {
    // The value itself is shown all the same.
    if (!signal.aborted && error instanceof LarderError && error.code !== 'entry-not-found')
      return { from, fault: error.message }
    throw error
  }
}
