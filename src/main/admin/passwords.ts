import { Buffer } from 'node:buffer'
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { createTurnstile } from './turnstile'

export interface Passwords {
  /**
   * Returns `scrypt$N$r$p$salt$hash`. Throws LarderError `overloaded` if too many calls for
   * `subject` are already waiting.
   */
  hash: (password: string, subject: string) => Promise<string>
  /**
   * Takes as long for `null` (no such user, or no password) as for a wrong password. Throws
   * LarderError `overloaded` if too many guesses at the same stored password are already waiting.
   */
  verify: (password: string, stored: string | null) => Promise<boolean>
}

interface Hash { cost: number, blockSize: number, parallelism: number, salt: Buffer, hash: Buffer }

const derive = promisify<string, Buffer, number, { N: number, r: number, p: number, maxmem: number }, Buffer>(scrypt)
const hashLength = 32

/**
 * Password hashing with scrypt (RFC 7914) off the main thread, at most two at once: each takes 32
 * MiB and a core for some 100 ms, and the thread pool is shared with everything else.
 *
 * @param options settings
 * @param options.cost N of scrypt, a power of two; 2^15 by default. Tests use a lower one.
 */
export function createPasswords({ cost = 2 ** 15 }: { cost?: number } = {}): Passwords {
  const turn = createTurnstile(2, 20)
  const parameters = { cost, blockSize: 8, parallelism: 1 }
  // Compared with if nothing is stored, so that unknown names take the same time.
  const decoy: Hash = { ...parameters, salt: randomBytes(16), hash: randomBytes(hashLength) }
  let nobody: Promise<boolean> | undefined

  /**
   * If nothing is stored, the outcome is known and only the time matters. So all callers that come
   * before the computation starts share it: any number of invented names takes one place and one
   * turn.
   */
  function compareWithNothing(password: string): Promise<boolean> {
    nobody ??= turn(async () => {
      nobody = undefined
      await compute(password, decoy)
      return false
    }, 'nobody')
    return nobody
  }

  return {
    async hash(password, subject) {
      const salt = randomBytes(16)
      const hash = await turn(() => compute(password, { ...parameters, salt }), subject)
      return [
        'scrypt',
        cost,
        parameters.blockSize,
        parameters.parallelism,
        salt.toString('base64url'),
        hash.toString('base64url'),
      ].join('$')
    },
    async verify(password, stored) {
      if (stored === null)
        return await compareWithNothing(password)
      const expected = parse(stored)
      // The stored hash is salted, so it is different for each user.
      const actual = await turn(() => compute(password, expected), stored)
      return timingSafeEqual(actual, expected.hash)
    },
  }
}

/**
 * Hashes the password in NFC (RFC 8265 §4.2.2), because the same password typed on another system
 * may arrive decomposed.
 */
function compute(password: string, { cost, blockSize, parallelism, salt }: Omit<Hash, 'hash'>): Promise<Buffer> {
  const maxmem = 2 * 128 * cost * blockSize
  return derive(password.normalize('NFC'), salt, hashLength, { N: cost, r: blockSize, p: parallelism, maxmem })
}

function parse(stored: string): Hash {
  const [kind, cost, blockSize, parallelism, salt = '', hash = ''] = stored.split('$')
  const parsed = {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  }
  if (kind !== 'scrypt' || parsed.hash.length !== hashLength)
    throw new Error('The stored password hash is not readable')
  return parsed
}
