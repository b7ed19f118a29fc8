import type { Redactor } from './redaction'
import type { SecretVault } from './secret-vault'

/** A vault whose secrets the log knows as soon as one is kept or read, so that it can hide them. */
export function noteSecretsOf(vault: SecretVault, { note }: Pick<Redactor, 'note'>): SecretVault {
  return {
    driver: vault.driver,
    state: vault.state,
    delete: vault.delete,
    async get(account) {
      const secret = await vault.get(account)
      secretsIn(secret ?? '').forEach(note)
      return secret
    },
    set(account, secret) {
      secretsIn(secret).forEach(note)
      return vault.set(account, secret)
    },
  }
}

/** An API key, or the secrets of a connection: these are kept as JSON, with their place. */
function secretsIn(text: string): string[] {
  if (!text.startsWith('{'))
    return [text]
  try {
    const { secrets } = JSON.parse(text) as { secrets?: object }
    return Object.values(secrets ?? {}).filter(secret => typeof secret === 'string')
  }
  catch {
    // What the vault hands out is not ours any more; all of it may be secret.
    return [text]
  }
}
