/**
 * Port to the place where secrets are kept so that their owner can read them again. Never needed to
 * verify a key: the digest in the metadata does that. Account = id of the API key.
 */
export interface SecretVault {
  readonly driver: 'keychain' | 'file' | 'environment'
  /** Looks again each time, so that an unlocked keychain is noticed. */
  state: () => Promise<VaultCondition>
  /**
   * The secret, or null when none is there. A locked keychain throws `vault-unavailable`, it never
   * answers null.
   */
  get: (account: string) => Promise<string | null>
  /** Throws LarderError `vault-unavailable` when it cannot be kept. */
  set: (account: string, secret: string) => Promise<void>
  delete: (account: string) => Promise<void>
}

export interface VaultCondition {
  state: 'ok' | 'locked' | 'unavailable'
  /** One sentence for people: where secrets are kept, or why they cannot be. */
  detail: string
}

/** `auto` = keychain, else file with a warning that says why. */
export type VaultChoice = 'auto' | 'keychain' | 'file' | 'env'
