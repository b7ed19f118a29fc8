import type { Stopwatch } from '../base/clock'
import type { Logger } from '../base/logger'
import type { SecretVault, VaultChoice } from '../base/secret-vault'
import type { Keytar } from './keychain-process'
import type { PrivateFiles } from './private-file'
import { systemStopwatch } from '../base/clock'
import { createEnvironmentVault } from './environment'
import { createKeychainVault } from './keychain'
import { loadKeytar } from './keychain-process'
import { createPrivateFileVault } from './private-file'

interface VaultOptions {
  choice: VaultChoice
  /** Absolute data folder. */
  home: string
  files: PrivateFiles
  logger: Logger
  stopwatch?: Stopwatch
  /** @default keytar, each call in a separate process */
  loadKeytar?: () => Promise<Keytar>
  /** Milliseconds after which a call of the keychain counts as stuck. @default 2000 */
  keychainLimit?: number | undefined
}

interface OpenedVault {
  vault: SecretVault
  wanted: VaultChoice
  /** Why `auto` could not use the keychain; null otherwise. */
  reason: string | null
  /**
   * A sentence for people if the vault is not as good as it could be, or cannot be used now; null
   * otherwise.
   */
  warning: string | null
}

/**
 * Opens the place where secrets are kept. Only `auto` falls back to a file, and says why: if
 * somebody explicitly chooses the keychain, they get it, whatever its state. Takes at most about
 * 2 s.
 */
export async function openVault({
  choice,
  home,
  files,
  logger,
  stopwatch = systemStopwatch,
  loadKeytar: load = loadKeytar,
  keychainLimit: limit,
}: VaultOptions): Promise<OpenedVault> {
  if (choice === 'file')
    return described(createPrivateFileVault({ home, files, logger }), choice)
  if (choice === 'env')
    return { vault: createEnvironmentVault(), wanted: choice, reason: null, warning: null }

  const keychain = createKeychainVault({ load, stopwatch, limit })
  const { state, detail } = await keychain.state()
  if (state === 'ok')
    return { vault: keychain, wanted: choice, reason: null, warning: null }
  if (choice === 'keychain')
    return { vault: keychain, wanted: choice, reason: null, warning: detail }
  const opened = await described(createPrivateFileVault({ home, files, logger }), choice)
  return {
    ...opened,
    reason: detail,
    warning: `${detail} ${opened.warning ?? 'API keys are kept in the private file secrets.json of the data folder instead.'}`,
  }
}

async function described(vault: SecretVault, wanted: VaultChoice): Promise<OpenedVault> {
  const { state, detail } = await vault.state()
  return { vault, wanted, reason: null, warning: state === 'ok' ? null : detail }
}
