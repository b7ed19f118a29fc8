/**
 * Port to the place where secrets are kept so that their owner can read them again. It is never
 * needed to verify a key: the digest in the metadata does that. The account is the id of the API
 * key.
 */
export interface SecretVault {
  readonly driver: 'keychain' | 'file' | 'environment'
  /** Checks again on each call, so that an unlocked keychain is noticed. */
  state: () => Promise<VaultCondition>
  /**
   * Returns the secret, or null if there is none. Throws `vault-unavailable` for a locked keychain,
   * instead of returning null.
   */
  get: (account: string) => Promise<string | null>
  /** Throws LarderError `vault-unavailable` if the secret cannot be kept. */
  set: (account: string, secret: string) => Promise<void>
  delete: (account: string) => Promise<void>
}

export interface VaultCondition {
  state: 'ok' | 'locked' | 'unavailable'
  /** One sentence for people: where secrets are kept, or why they cannot be kept. */
  detail: string
}

/** `auto` = keychain, otherwise file with a warning that gives the reason. */
export type VaultChoice = 'auto' | 'keychain' | 'file' | 'env'
