/**
 * The bytes of a key, told character by character: U+DC80 to U+DCFF on their own stand for a byte.
 */
export function keyBytes(key: string): Buffer {
  return Buffer.concat(Array.from(key, character => /^[\uDC80-\uDCFF]$/u.test(character)
    ? Buffer.from([character.charCodeAt(0) - 0xDC00])
    : Buffer.from(character)))
}
