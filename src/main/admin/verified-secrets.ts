import type { Principal } from '../base/principal'

/**
 * The principals of recent secrets, so that the hot path neither hashes nor compares a secret
 * again. The digests remain the source of truth: only secrets that they have verified get in here,
 * and the first change of any key clears everything.
 *
 * A look-up in a Map does not compare character by character, so its time does not show how much of
 * a guess is right: it compares hashes, which V8 seeds differently in each process.
 */
interface VerifiedSecrets {
  /** @param revision revision of the keys; forgets everything if it differs from the last call */
  find: (secret: string, revision: number) => Principal | undefined
  /** Only for secrets that do not expire. */
  remember: (secret: string, principal: Principal) => void
}

/**
 * Secrets remembered at once. Beyond that all are forgotten, and those still in use come back with
 * their next request.
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
