/** An HTTP answer as a gateway holds it (RFC 9112). */
export interface HttpMessage {
  /** Such as `HTTP/1.1 200 OK`. */
  line: string
  fields: readonly (readonly [name: string, value: string])[]
  body: Uint8Array<ArrayBuffer>
}

/** Bytes among which a head is looked for, and the most that a compressed body may become. */
const longestHead = 65_536
const largestBody = 32_000_000

/** Undefined for bytes that are no such message. The body shares their memory. */
export function openHttpMessage(bytes: Uint8Array<ArrayBuffer>): HttpMessage | undefined {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, longestHead))
  const end = start.indexOf('\r\n\r\n')
  const [line = '', ...lines] = start.slice(0, Math.max(0, end)).split('\r\n')
  if (end < 0 || !/^HTTP\/\d\.\d \d{3}(?: |$)/.test(line) || !lines.every(text => text.indexOf(':') > 0))
    return undefined
  return {
    line,
    fields: lines.map((text) => {
      const colon = text.indexOf(':')
      return [text.slice(0, colon), text.slice(colon + 1).trim()]
    }),
    body: bytes.subarray(end + 4),
  }
}

/** The value of a field, whatever the case of its name; empty if there is none. */
export function fieldOf({ fields }: HttpMessage, wanted: string): string {
  return fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value).join(', ')
}

/** The body without its compression, and a sentence about that, where there is one. */
export async function plainBody(
  message: HttpMessage,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array<ArrayBuffer>, note: string | undefined }> {
  const coding = fieldOf(message, 'content-encoding').toLowerCase()
  const as = coding === 'x-gzip' ? 'gzip' : coding
  if (coding === '' || coding === 'identity')
    return { bytes: message.body, note: undefined }
  if (as !== 'gzip' && as !== 'deflate')
    return { bytes: message.body, note: `As it came: compressed with ${coding}, which this page does not read.` }
  try {
    const bytes = await inflate(message.body, as, signal)
    return { bytes, note: `It came compressed with ${coding}.` }
  }
  catch (error) {
    if (signal.aborted)
      throw error
    // It is shown all the same.
    return { bytes: message.body, note: `As it came: it cannot be read as what ${coding} has compressed.` }
  }
}

/** Rejects for bytes that are not compressed so, and for what would become too large. */
async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  format: CompressionFormat,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format), { signal })
  for (const reader = inflated.getReader(); ;) {
    const { done, value } = await reader.read()
    if (done)
      return new Uint8Array(await new Blob(parts).arrayBuffer())
    length += value.length
    parts.push(value)
    if (length > largestBody) {
      await reader.cancel()
      throw new RangeError('too large')
    }
  }
}
