import type { Buffer } from 'node:buffer'

/**
 * Frees the memory of a buffer now. The garbage collector may run much later, and hundreds of
 * chunks would wait for it.
 */
export function letGo({ buffer, length }: Buffer): void {
  // Memory that is shared with others must stay.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length)
    buffer.transfer(0)
}
