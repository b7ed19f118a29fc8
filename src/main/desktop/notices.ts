import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { ServerKeeper } from './server-keeper'
import { messageOf } from '@shared/errors'
import { Notification } from 'electron'

export interface Notices {
  /** Tells the person something outside of the window. Calls `onClick` if they click on it. */
  show: (body: string, onClick?: () => void) => void
}

export function createNotices(): Notices {
  // Kept until they are closed, because a notification that is collected never reports a click.
  const open = new Set<Notification>()
  return {
    show(body, onClick) {
      if (!Notification.isSupported())
        return
      const notification = new Notification({ title: 'Larder', body })
      open.add(notification)
      notification.on('close', () => open.delete(notification))
      notification.on('click', () => onClick?.())
      notification.show()
    },
  }
}

/** Milliseconds between two checks of the stores. */
const interval = 10_000

/** Tells the person when a store of the server fails, and when all of them work again. */
export function watchStores({ keeper, notices, logger }: {
  keeper: ServerKeeper
  notices: Notices
  logger: Logger
}): Disposable {
  let told = ''

  async function look(): Promise<void> {
    if (!keeper.running())
      return
    const { stores } = await keeper.call('health.ready', {})
    const ill = Object.entries(stores)
      .filter(([, state]) => state !== 'ok')
      .map(([name, state]) => `${name}: ${state}`)
      .join('; ')
    if (ill !== told)
      notices.show(ill === '' ? 'All stores work again.' : `A store needs attention. ${ill}`)
    told = ill
  }

  const timer = setInterval(
    () => look().catch((error: unknown) => logger.warn('the stores cannot be looked at', { error: messageOf(error) })),
    interval,
  )
  return { dispose: () => clearInterval(timer) }
}
