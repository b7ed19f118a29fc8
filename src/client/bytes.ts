const encoder = new TextEncoder()

/** Text as UTF-8. */
export function toBytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * Text in UTF-8, or the charset of this label (WHATWG Encoding §4.2). Throws a TypeError if the
 * bytes are not in it, and a RangeError if nobody knows it.
 */
export function toText(bytes: Uint8Array, charset?: string): string {
  return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes)
}

/** Percent-encoded for an address; U+DC00 + b is the byte b, as keys are written in JSON. */
export function toPath(key: string): string {
  return key.replace(/[^\uDC80-\uDCFF]+/gu, encodeURIComponent)
    .replace(/[\uDC80-\uDCFF]/g, byte => `%${byte.charCodeAt(0).toString(16).slice(2)}`)
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1)
    return parts[0] as Uint8Array
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Milliseconds that only grow. */
export function now(): number {
  return performance.now()
}
