import type { Logger } from '../base/logger'
import type { SecretVault } from '../base/secret-vault'
import { LarderError, messageOf } from '@shared/errors'
import { randomId } from '../base/ids'

type Secrets = Readonly<Record<string, string>>

/**
 * The vault for what connections need. Other than the copy of an API key, such a secret is nowhere
 * else: what the vault does not keep is refused.
 */
export interface ConnectionSecrets {
  /**
   * Keeps secrets for one place, under a new account, so that what was kept before stays until
   * nobody needs it. Throws LarderError `vault-unavailable`.
   */
  keep: (place: string, secrets: Secrets) => Promise<string>
  /**
   * Throws LarderError `vault-unavailable`, or `secret-unavailable` if they are gone or were kept
   * for another place.
   */
  read: (account: string, place: string) => Promise<Secrets>
  /** A failure is only logged: nothing refers to these secrets any more. */
  forget: (account: string) => Promise<void>
}

export function createConnectionSecrets(vault: SecretVault, logger: Logger): ConnectionSecrets {
  async function write(account: string, text: string): Promise<void> {
    await vault.set(account, text)
    if (await vault.get(account) !== text)
      throw new LarderError('vault-unavailable', 'It did not hand it back.')
  }

  return {
    async keep(place, secrets) {
      const account = `connection-${randomId()}`
      try {
        await write(account, JSON.stringify({ place, secrets }))
        return account
      }
      catch (error) {
        if (!(error instanceof LarderError))
          throw error
        throw new LarderError(
          'vault-unavailable',
          'The vault cannot keep the secret, so nothing was saved. See larder settings for the state of the vault; '
          + 'a variable such as LARDER_CONNECTION_MAIN needs none.',
          { cause: error },
        )
      }
    },
    async read(account, place) {
      const kept = parse(await vault.get(account))
      if (!kept)
        throw new LarderError('secret-unavailable', 'The vault has lost the secret of this connection. Give it again.')
      // The file of the metadata alone must not be able to send a secret elsewhere.
      if (kept.place !== place)
        throw new LarderError('secret-unavailable', 'The secret was saved for another address. Give it again.')
      return kept.secrets
    },
    async forget(account) {
      try {
        await vault.delete(account)
      }
      catch (error) {
        logger.warn('The vault did not drop the secret of a connection', { account, reason: messageOf(error) })
      }
    },
  }
}

/** Undefined if it is not what `keep` has written. The parser's own message would quote it. */
function parse(text: string | null): { place: string, secrets: Secrets } | undefined {
  try {
    const { place, secrets } = JSON.parse(text ?? '{}') as { place?: unknown, secrets?: unknown }
    return typeof place === 'string' && typeof secrets === 'object' && secrets !== null
      ? { place, secrets: secrets as Secrets }
      : undefined
  }
  catch {
    return undefined
  }
}
