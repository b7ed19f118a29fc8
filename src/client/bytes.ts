const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text as UTF-8. */
export function toBytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Throws a TypeError if the bytes are no UTF-8. */
export function toText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
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
