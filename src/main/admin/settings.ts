import type { OperationOutput } from '../../shared/operations'
import type { EventHub } from '../base/event-hub'
import type { SecretVault, VaultChoice } from '../base/secret-vault'
import type { HandlersOf } from './handlers'
import type { StoredSettings } from './stored-settings'
import type { UserDirectory } from './user-directory'
import { registrationOpen } from './users'

export interface SettingsHandlerDependencies {
  settings: StoredSettings
  users: UserDirectory
  vault: { vault: SecretVault, wanted: VaultChoice, reason: string | null }
  info: { version: string, home: string, url: () => string }
  events: EventHub
}

export function createSettingsHandlers({ settings, users, vault: { vault, wanted, reason }, info, events }: SettingsHandlerDependencies): HandlersOf<'settings' | 'switch'> {
  async function describe(): Promise<OperationOutput<'settings.get'>> {
    const { state, detail } = await vault.state()
    return {
      memory: settings.memory(),
      valueLimit: settings.valueLimit(),
      anonymous: settings.anonymous(),
      registrationOpen: registrationOpen(users),
      version: info.version,
      home: info.home,
      url: info.url(),
      vault: { driver: vault.driver, wanted, state, detail, reason },
    }
  }

  return {
    'settings.get': describe,
    'settings.update': async (change) => {
      settings.update(change)
      events.emit('settings', null, {})
      return await describe()
    },
    'switch.get': () => ({ enabled: settings.enabled() }),
    'switch.set': ({ enabled }) => {
      if (settings.setEnabled(enabled))
        events.emit('switch', null, { enabled })
      return { enabled }
    },
  }
}
