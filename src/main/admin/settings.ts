import type { OperationOutput } from '@shared/operations'
import type { EventHub } from '../base/event-hub'
import type { Principal } from '../base/principal'
import type { RedisSurface } from '../base/redis-clients'
import type { SecretVault, VaultChoice } from '../base/secret-vault'
import type { HandlersOf } from './handlers'
import type { StoredSettings } from './stored-settings'
import type { UserDirectory } from './user-directory'
import { callerOf } from './handlers'
import { registrationOpen } from './user-rules'

interface SettingsHandlerDependencies {
  settings: StoredSettings
  users: UserDirectory
  vault: { vault: SecretVault, wanted: VaultChoice, reason: string | null }
  info: { version: string, home: string, url: () => string, redis: () => RedisSurface | null }
  events: EventHub
}

export function createSettingsHandlers({
  settings,
  users,
  vault: { vault, wanted, reason },
  info,
  events,
}: SettingsHandlerDependencies): HandlersOf<'settings' | 'switch'> {
  /** File paths and other details of the machine are only shown to administrators. */
  async function describe({ admin }: Principal): Promise<OperationOutput<'settings.get'>> {
    const { state, detail } = await vault.state()
    return {
      memory: settings.memory(),
      valueLimit: settings.valueLimit(),
      anonymous: settings.anonymous(),
      registrationOpen: registrationOpen(users),
      version: info.version,
      home: admin ? info.home : null,
      url: info.url(),
      redisOff: settings.redisOff(),
      redis: info.redis()?.state().url ?? null,
      vault: { driver: vault.driver, wanted, state, detail: admin ? detail : null, reason: admin ? reason : null },
    }
  }

  return {
    'settings.get': (_, context) => describe(callerOf(context)),
    'settings.update': async (change, context) => {
      settings.update(change)
      events.emit('settings', null, {})
      return await describe(callerOf(context))
    },
    'settings.preview': async change => await settings.forecast(change),
    'switch.get': () => ({ enabled: settings.enabled() }),
    'switch.set': ({ enabled }) => {
      if (settings.setEnabled(enabled))
        events.emit('switch', null, { enabled })
      return { enabled }
    },
  }
}
