import type { FormatName } from '@shared/formats'
import { Buffer } from 'node:buffer'
import { formats, formatsFor, isTextual } from '@shared/formats'
import { FormatFault } from '../base/conversions'
import { checkText, codecs, tableIn } from './codecs'
import { unfit } from './fault'
import { checkTyped, objectsOf } from './table'
import { bufferOf } from './utf8'

/** Rejects with FormatFault unless the bytes are of the format. */
export async function checkFormat(bytes: Uint8Array, format: FormatName): Promise<void> {
  if (format === 'text')
    return checkText(bytes)
  const codec = await codecs[format]()
  if (codec.check)
    codec.check(bytes)
  else
    codec.read(bytes)
}

/**
 * The same value in another format. Rejects with FormatFault if the bytes are not of the first
 * format, or the other one cannot say what they hold.
 *
 * @param limit the most bytes that may come out
 */
export async function convert(bytes: Uint8Array, from: FormatName, to: FormatName, limit: number): Promise<Buffer> {
  if (to === 'text' && isTextual(from)) {
    checkText(bytes)
    return Buffer.from(bufferOf(bytes))
  }
  const reader = from === 'text' ? undefined : await codecs[from]()
  if (to === 'text' && reader?.toText)
    return reader.toText(bytes, limit)
  if (to === 'text' || !reader)
    throw unfit(`A value that is ${formats[from].label} cannot be had as ${formats[to].label}.`)
  const writer = await codecs[to]()
  return writer.write(reader.read(bytes), limit)
}

/**
 * The formats that this very value can be had in; of one that cannot be read, but can be shown as
 * text, text. Rejects with FormatFault if it is broken otherwise.
 */
export async function possibleFormats(bytes: Uint8Array, format: FormatName): Promise<FormatName[]> {
  if (format === 'text') {
    checkText(bytes)
    return formatsFor(format, false)
  }
  const codec = await codecs[format]()
  const content = isTextual(format) || codec.toText ? orNothing(() => codec.read(bytes)) : codec.read(bytes)
  if (content === undefined) {
    await checkFormat(bytes, codec.toText ? format : 'text')
    return ['text', format]
  }
  const isRows = orNothing(() => 'table' in content || objectsOf(content.value)) !== undefined
  const table = orNothing(() => tableIn(content))
  const canBe = (name: FormatName): boolean => name === format || !typed.has(name) || (table !== undefined
    && orNothing(() => checkTyped(table, formats[name].label)) !== undefined)
  return formatsFor(format, isRows).filter(canBe)
}

/** Formats whose columns have one type each. */
const typed: ReadonlySet<FormatName> = new Set(['csv', 'arrow', 'arrow-stream', 'parquet'])

/** What the work gives; undefined if it finds a fault. */
function orNothing<T>(work: () => T): T | undefined {
  try {
    return work()
  }
  catch (error) {
    if (error instanceof FormatFault)
      return undefined
    throw error
  }
}
