import type { Fields } from '../base/http-caching/fields'
import { Buffer } from 'node:buffer'
import { endToEnd } from '../base/http-caching/fields'

/** An answer as it is held. */
export interface StoredMessage {
  status: number
  reason: string
  fields: Fields
  body: Buffer
}

/** An answer as one value: its status line, its header fields and its body. */
export function sealMessage({ status, reason, fields, body }: StoredMessage): Buffer {
  let head = `HTTP/1.1 ${status} ${reason}\r\n`
  for (let i = 0; i + 1 < fields.length; i += 2)
    head += `${fields[i]}: ${fields[i + 1]}\r\n`
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body])
}

/** What may be sent again; people and apps can write entries, too. */
const line = /^[\w!#$%&'*+.^`|~-]+: [\t\x20-\x7E\x80-\xFF]*$/

/** Answers that are none without their request: a part, and that nothing has changed. */
const notWhole: ReadonlySet<string> = new Set(['206', '304'])

/** Undefined for bytes that are no such message. The body shares their memory. */
export function openMessage(value: Buffer): StoredMessage | undefined {
  const end = value.indexOf('\r\n\r\n')
  if (end < 0)
    return undefined
  const [first = '', ...lines] = value.toString('latin1', 0, end).split('\r\n')
  const [, status, reason] = /^HTTP\/1\.1 ([2-5]\d\d) ([\t\x20-\x7E\x80-\xFF]*)$/.exec(first) ?? []
  if (status === undefined || reason === undefined)
    return undefined
  const fields: string[] = []
  for (const text of lines) {
    if (!line.test(text))
      return undefined
    const colon = text.indexOf(': ')
    fields.push(text.slice(0, colon), text.slice(colon + 2))
  }
  const body = value.subarray(end + 4)
  if (notWhole.has(status) || (status === '204' && body.length > 0))
    return undefined
  return { status: Number(status), reason, fields: endToEnd(fields), body }
}
