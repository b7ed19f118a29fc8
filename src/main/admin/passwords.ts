import { Buffer } from 'node:buffer'
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { createTurnstile } from './turnstile'

export interface Passwords {
  /** `scrypt$N$r$p$salt$hash`. Throws LarderError `overloaded` when too many wait already. */
  hash: (password: string) => Promise<string>
  /** Takes as long for `null` (no such user, or no password) as for a wrong password. Throws LarderError `overloaded`. */
  verify: (password: string, stored: string | null) => Promise<boolean>
}

interface Hash { cost: number, blockSize: number, parallelism: number, salt: Buffer, hash: Buffer }

const derive = promisify<string, Buffer, number, { N: number, r: number, p: number, maxmem: number }, Buffer>(scrypt)
const hashLength = 32

/**
 * Password hashing by scrypt (RFC 7914) off the main thread, at most two at once: each takes 32 MiB and a core for some 100 ms, and
 * the thread pool is shared with everything else.
 *
 * @param options what may be chosen
 * @param options.cost N of scrypt, a power of two; 2^15 unless said. Tests take a lower one.
 */
export function createPasswords({ cost = 2 ** 15 }: { cost?: number } = {}): Passwords {
  const turn = createTurnstile(2, 64)
  const parameters = { cost, blockSize: 8, parallelism: 1 }
  // Compared with where there is nothing to compare with, so that unknown names cost the same time.
  const decoy: Hash = { ...parameters, salt: randomBytes(16), hash: randomBytes(hashLength) }

  return {
    async hash(password) {
      const salt = randomBytes(16)
      const hash = await turn(() => compute(password, { ...parameters, salt }))
      return ['scrypt', cost, parameters.blockSize, parameters.parallelism, salt.toString('base64url'), hash.toString('base64url')].join('$')
    },
    async verify(password, stored) {
      const expected = stored === null ? decoy : parse(stored)
      const actual = await turn(() => compute(password, expected))
      return timingSafeEqual(actual, expected.hash) && stored !== null
    },
  }
}

/** The same password typed on another system may arrive decomposed, so it is hashed as NFC (RFC 8265 §4.2.2). */
function compute(password: string, { cost, blockSize, parallelism, salt }: Omit<Hash, 'hash'>): Promise<Buffer> {
  const maxmem = 2 * 128 * cost * blockSize
  return derive(password.normalize('NFC'), salt, hashLength, { N: cost, r: blockSize, p: parallelism, maxmem })
}

function parse(stored: string): Hash {
  const [kind, cost, blockSize, parallelism, salt = '', hash = ''] = stored.split('$')
  const parsed = { cost: Number(cost), blockSize: Number(blockSize), parallelism: Number(parallelism), salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') }
  if (kind !== 'scrypt' || parsed.hash.length !== hashLength)
    throw new Error('The stored password hash is not readable')
  return parsed
}
