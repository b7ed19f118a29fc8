import type { Logger } from '../base/logger'
import type { SecretVault } from '../base/secret-vault'
import { messageOf } from '@shared/errors'
import { createTurnstile } from './turnstile'

/**
 * The vault as a convenience: an API key works without its copy, so failing to keep one never fails
 * the operation.
 */
export interface SecretKeeper {
  /** Whether a kept secret could ever be read again. */
  readonly useful: boolean
  /** Keeps the secret, replacing an earlier one of this key. Resolves to whether that worked. */
  keep: (keyId: string, secret: string) => Promise<boolean>
  /** Removes the copy. A failure is only logged, because the copy no longer opens anything. */
  forget: (keyId: string) => Promise<void>
  /** The copy, or null. Throws LarderError `vault-unavailable`. */
  read: (keyId: string) => Promise<string | null>
}

/**
 * Writes to the vault one after another, so that after two rotations at once the later secret is
 * the one that is kept.
 */
export function createSecretKeeper(vault: SecretVault, logger: Logger): SecretKeeper {
  const inTurn = createTurnstile(1, 1000)
  return {
    useful: vault.driver !== 'environment',
    async keep(keyId, secret) {
      try {
        await inTurn(() => vault.set(keyId, secret))
        return true
      }
      catch (error) {
        logger.warn(
          'The vault did not keep the secret of an API key; it can be read only now',
          { key: keyId, reason: messageOf(error) },
        )
        return false
      }
    },
    async forget(keyId) {
      try {
        await inTurn(() => vault.delete(keyId))
      }
      catch (error) {
        logger.warn('The vault did not drop the secret of a revoked API key', { key: keyId, reason: messageOf(error) })
      }
    },
    read: keyId => inTurn(() => vault.get(keyId)),
  }
}
