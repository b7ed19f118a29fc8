/** Returns the bytes of a key, by character: a lone U+DC80 to U+DCFF represents a single byte. */
export function keyBytes(key: string): Buffer {
  return Buffer.concat(Array.from(key, character => /^[\uDC80-\uDCFF]$/u.test(character)
    ? Buffer.from([character.charCodeAt(0) - 0xDC00])
    : Buffer.from(character)))
}
