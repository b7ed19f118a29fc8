import type { HttpMessage } from './http-message'
import type { JsonRows } from './json-rows'
import type { MadeReadable } from './made-readable'
import type { Table } from './tables'
import type { TextRows } from './text-rows'
import { messageType } from '@shared/message-type'
import { fieldOf, openHttpMessage, plainBody } from './http-message'
import { readJsonRows } from './json-rows'
import { isJsonText } from './json-scan'
import { runSliced } from './slices'
import { readCsvTable, readJsonTable } from './tables'
import { cutRows } from './text-rows'

export const viewNames = {
  message: 'Answer',
  json: 'JSON',
  table: 'Table',
  text: 'Text',
  image: 'Image',
  hex: 'Hex',
} as const
export type ViewName = keyof typeof viewNames

/** A value prepared for the views; data that no view of this value needs is undefined. */
export interface ReadableValue {
  /** A new id for each reading. */
  id: number
  bytes: Uint8Array<ArrayBuffer>
  /** The views that fit, best first. */
  views: ViewName[]
  text: TextRows
  /** Whether the bytes themselves are text, which can be edited. */
  isText: boolean
  json: JsonRows | undefined
  table: Table | undefined
  /** Media type of the picture. */
  image: string | undefined
  /** What must be known of the views, as a sentence. */
  note: string | undefined
  /** An HTTP answer, with its body as a value of its own. */
  message: { head: HttpMessage, body: ReadableValue } | undefined
}

/** Maximum size in bytes of a picture that is shown, and of JSON that is shown fully open. */
const imageLimit = 8_000_000
const openLimit = 4096

let readings = 0
const images: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/svg+xml',
  'image/bmp',
  'image/x-icon',
  'image/vnd.microsoft.icon',
])

/**
 * Finds out in slices what the bytes are. The content type decides about tables of text and about
 * pictures; JSON is recognised from the bytes alone.
 */
export async function readValue(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
  signal: AbortSignal,
  made?: MadeReadable,
): Promise<ReadableValue> {
  if (made !== undefined)
    return await readMade(bytes, made, signal)
  const plain = await readPlain(bytes, contentType, signal)
  const head = mediaTypeOf(contentType) === messageType ? openHttpMessage(bytes) : undefined
  if (!head)
    return plain
  const { bytes: body, note } = await plainBody(head, signal)
  // A body of the same type is not opened again, so that nobody can nest them without end.
  const read = await readPlain(body, fieldOf(head, 'content-type'), signal)
  return { ...plain, views: ['message', ...plain.views], message: { head, body: { ...read, note } } }
}

function mediaTypeOf(contentType: string): string {
  return contentType.split(';')[0]?.trim().toLowerCase() ?? ''
}

/** A value that this page reads by itself. */
async function readPlain(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
  signal: AbortSignal,
): Promise<ReadableValue> {
  const type = mediaTypeOf(contentType)
  const image = images.has(type) && bytes.length > 0 && bytes.length <= imageLimit ? type : undefined
  const text = await runSliced(cutRows(bytes), signal)
  // The first character tells prose from JSON; a single number or word needs no tree.
  const looksLikeJson = text.valid && /[[{]/.test(String.fromCharCode(...bytes.subarray(0, 64)).trimStart()[0] ?? '')
  const json = looksLikeJson && await runSliced(isJsonText(bytes), signal)
    ? await runSliced(readJsonRows(bytes), signal)
    : undefined
  const csv = text.valid && /^text\/(?:csv|tab-separated-values)$/.test(type)
  const table = json
    ? await runSliced(readJsonTable(bytes), signal)
    : csv ? await runSliced(readCsvTable(bytes), signal) : undefined
  if (json && bytes.length <= openLimit)
    await openAll(json, signal)

  const binary = !text.valid || (image !== undefined && type !== 'image/svg+xml')
  const fitting: (ViewName | false)[] = [
    image !== undefined && 'image',
    table !== undefined && !json && 'table',
    json !== undefined && 'json',
    table !== undefined && json !== undefined && 'table',
    !binary && 'text',
    'hex',
    binary && !image && 'text',
  ]
  return {
    id: ++readings,
    bytes,
    views: fitting.filter(view => view !== false),
    text,
    isText: text.valid,
    json,
    table,
    image,
    note: undefined,
    message: undefined,
  }
}

/** A value in a format that the server has read. */
async function readMade(
  bytes: Uint8Array<ArrayBuffer>,
  made: MadeReadable,
  signal: AbortSignal,
): Promise<ReadableValue> {
  const text = await runSliced(cutRows('text' in made ? made.text : bytes), signal)
  const isText = text.valid && !('text' in made)
  const bare = { id: ++readings, bytes, text, isText, image: undefined, message: undefined }
  const asBytes: ViewName[] = text.valid ? ['text', 'hex'] : ['hex', 'text']
  if (!('json' in made)) {
    const note = 'text' in made
      ? `${made.from}, which the server has read. JSON cannot say all of it.`
      : `Not readable as ${made.from}. ${made.fault}`
    return { ...bare, views: asBytes, json: undefined, table: undefined, note }
  }
  const json = await runSliced(readJsonRows(made.json), signal)
  const table = await runSliced(readJsonTable(made.json), signal)
  return {
    ...bare,
    views: [...table ? ['table' as const] : [], 'json', ...asBytes],
    json,
    table,
    note: `${made.from}, which the server has read.`,
  }
}

/** Opens all rows of a small value. */
async function openAll(json: JsonRows, signal: AbortSignal): Promise<void> {
  for (let index = 0; index < json.count; index++)
    await runSliced(json.open(index), signal)
}
