import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { ServerKeeper } from './server-keeper'
import { messageOf } from '@shared/errors'

/** The switches of a running server as the tray shows them. */
export interface Switches {
  enabled: boolean
  caches: readonly { name: string, enabled: boolean }[]
  /** Where Redis clients connect, and why they no longer can; null where there is none. */
  redis: { url: string | null, lost: string | null }
}

interface Switchboard {
  /** Null while there is no server. */
  readonly switches: Switches | null
  onChange: (listener: () => void) => void
}

/**
 * Follows the switches of the server, no matter whether the console, `/admin/switch`, the command
 * line or the tray changes them.
 */
export function createSwitchboard({ keeper, logger }: { keeper: ServerKeeper, logger: Logger }): Switchboard {
  const listeners = new Set<() => void>()
  let switches: Switches | null = null
  let subscription: Disposable | undefined
  let reads = 0

  function become(next: Switches | null): void {
    switches = next
    listeners.forEach(listener => listener())
  }

  async function read(): Promise<void> {
    const turn = ++reads
    try {
      const [{ enabled, redis }, caches, settings] = await Promise.all([
        keeper.call('stats.get', {}),
        keeper.call('caches.list', {}),
        keeper.call('settings.get', {}),
      ])
      if (turn === reads) {
        become({
          enabled,
          caches: caches.map(cache => ({ name: cache.name, enabled: cache.enabled })),
          redis: { url: settings.redis, lost: redis?.lost ?? null },
        })
      }
    }
    catch (error) {
      logger.warn('the switches cannot be read', { error: messageOf(error) })
    }
  }

  keeper.onChange(() => {
    void subscription?.dispose()
    reads++
    const server = keeper.running()
    if (!server)
      return become(null)
    // Passive, so that the server does not build an event for every request because of this.
    subscription = server.hub.subscribe((event) => {
      if (event.topic === 'switch' || event.topic === 'settings'
        || (event.topic.startsWith('cache.') && event.topic !== 'cache.flushed' && keeper.sees(event))) {
        void read()
      }
    }, { passive: true })
    void read()
  })

  return {
    get switches() {
      return switches
    },
    onChange: listener => void listeners.add(listener),
  }
}
