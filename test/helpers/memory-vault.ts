import type { SecretVault, VaultCondition } from '../../src/main/base/secret-vault'
import { LarderError } from '../../src/shared/errors'

interface MemoryVault extends SecretVault {
  /** The answer of `state`; anything but `ok` makes the other calls throw, as in a real vault. */
  condition: VaultCondition
  readonly secrets: Map<string, string>
}

export function createMemoryVault(driver: SecretVault['driver'] = 'file'): MemoryVault {
  const secrets = new Map<string, string>()
  let condition: VaultCondition = { state: 'ok', detail: 'API keys are kept in memory.' }
  function demandOk(): void {
    if (condition.state !== 'ok')
      throw new LarderError('vault-unavailable', condition.detail)
  }
  return {
    driver,
    secrets,
    get condition() {
      return condition
    },
    set condition(changed) {
      condition = changed
    },
    state: async () => condition,
    async get(account) {
      demandOk()
      return secrets.get(account) ?? null
    },
    async set(account, secret) {
      demandOk()
      secrets.set(account, secret)
    },
    async delete(account) {
      demandOk()
      secrets.delete(account)
    },
  }
}
