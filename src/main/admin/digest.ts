import type { Buffer } from 'node:buffer'
import { hash, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a secret, 32 bytes. Enough for secrets of 128 bits and more; passwords get scrypt. */
export function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/**
 * Compares in constant time. Digests of different lengths are never equal, and no stored value
 * makes this throw.
 */
export function sameDigest(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * A digest as a Map key. How long its look-up takes tells an attacker nothing about the secret
 * behind it.
 */
export function digestKey(secret: string): string {
  return hash('sha256', secret, 'base64url')
}
