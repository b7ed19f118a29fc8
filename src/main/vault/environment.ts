import type { SecretVault } from '../base/secret-vault'
import { LarderError } from '@shared/errors'

const detail
  = 'No API key is kept: with LARDER_VAULT=env only the one in LARDER_API_KEY is known. A new key is shown once.'

/** Keeps nothing; for containers and CI, where secrets come from outside. */
export function createEnvironmentVault(): SecretVault {
  return {
    driver: 'environment',
    state: async () => ({ state: 'unavailable', detail }),
    get: async () => null,
    async set() {
      throw new LarderError('vault-unavailable', detail)
    },
    async delete() {},
  }
}
