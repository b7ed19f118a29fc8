import type { FormatName } from '@shared/formats'
import type { Entries, Entry } from '../../../api/entry-calls'
import { LarderError } from '@shared/errors'
import { formatOf, formats } from '@shared/formats'

/**
 * What the server made of bytes that no page reads: JSON, or text if JSON cannot say it; or why it
 * could not.
 */
export type MadeReadable = { from: string } & (
  | { json: Uint8Array<ArrayBuffer> }
  | { text: Uint8Array<ArrayBuffer> }
  | { fault: string })

/** Formats that this page reads by itself. */
const own: ReadonlySet<FormatName> = new Set(['text', 'json', 'csv'])

/** The value if it has a format that only the server reads; undefined for all others. */
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

  async function as(wanted: 'json' | 'text'): Promise<MadeReadable | undefined> {
    const { type } = formats[wanted]
    const { value, contentType: made } = await entries.get(cache, key, { signal, peek: true, as: type })
    return formatOf(made) !== wanted ? undefined : wanted === 'json' ? { from, json: value } : { from, text: value }
  }

  let fault = ''
  for (const wanted of ['json', 'text'] as const) {
    try {
      return await as(wanted)
    }
    catch (error) {
      // The value itself is shown all the same.
      if (signal.aborted || !(error instanceof LarderError) || error.code === 'entry-not-found')
        throw error
      fault ||= error.message
    }
  }
  return { from, fault }
}
