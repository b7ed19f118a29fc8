import type { Principal } from '../base/principal'

/**
 * Who was behind a secret a moment ago, so that the hot path neither hashes nor compares it again.
 * The digests stay the truth: nothing gets in here but what they have verified, and all of it goes
 * with the first change of any key.
 *
 * A look-up in a Map does not compare letter by letter as far as a guess is right: it compares
 * hashes, which V8 seeds anew in each process.
 */
interface VerifiedSecrets {
  /** @param revision of the keys; another one than at the last call forgets everything */
  find: (secret: string, revision: number) => Principal | undefined
  /** Only for what does not run out by itself. */
  remember: (secret: string, principal: Principal) => void
}

/**
 * Secrets in use at the same time; beyond it all are forgotten, and those still in use come back
 * with their next request.
 */
const defaultCapacity = 256

export function createVerifiedSecrets(capacity = defaultCapacity): VerifiedSecrets {
  const principals = new Map<string, Principal>()
  let seen = -1
  return {
    find(secret, revision) {
      if (revision !== seen) {
        principals.clear()
        seen = revision
      }
      return principals.get(secret)
    },
    remember(secret, principal) {
      if (principals.size >= capacity)
        principals.clear()
      principals.set(secret, principal)
    },
  }
}
