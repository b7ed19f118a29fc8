import type { Logger } from '../base/logger'
import type { ShellActions } from './actions'
import type { LoginItem } from './login-item'
import type { MainWindow } from './main-window'
import type { Notices } from './notices'
import type { ServerKeeper } from './server-keeper'
import { LarderError, messageOf } from '@shared/errors'
import { app, clipboard, shell } from 'electron'

interface DesktopActionsOptions {
  keeper: ServerKeeper
  window: MainWindow
  notices: Notices
  loginItem: LoginItem | null
  logger: Logger
  /** Shows the state again, because a menu changes the mark of a clicked item in any case. */
  refresh: () => void
}

export function createDesktopActions({
  keeper,
  window,
  notices,
  loginItem,
  logger,
  refresh,
}: DesktopActionsOptions): ShellActions {
  function attempt(work: () => unknown): void {
    void (async () => {
      try {
        await work()
      }
      catch (error) {
        logger.warn('a menu item failed', { error: messageOf(error) })
        notices.show(messageOf(error))
      }
      refresh()
    })()
  }

  /** The same API key that `larder key print` prints. */
  async function firstKey(): Promise<string> {
    // Keys that a rotation has replaced expire soon.
    const [first] = (await keeper.call('keys.list', {}))
      .filter(key => key.expiresAt === null)
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
    if (!first)
      throw new LarderError('key-not-found', 'There is no API key. Create one in the console.')
    return (await keeper.call('keys.reveal', { id: first.id })).secret
  }

  async function serverUrl(): Promise<string> {
    const state = await keeper.settled()
    if (state.phase !== 'serving')
      throw new LarderError('not-ready', state.message)
    return state.url
  }

  return {
    setCaching: enabled => attempt(() => keeper.call('switch.set', { enabled })),
    setCache: (name, enabled) => attempt(() => keeper.call('caches.update', { name, enabled })),
    copyKey: () => attempt(async () => clipboard.writeText(await firstKey())),
    copyUrl: () => attempt(async () => clipboard.writeText(await serverUrl())),
    copyRedisUrl: () => attempt(async () => {
      const { redis } = await keeper.call('settings.get', {})
      if (redis === null)
        throw new LarderError('not-ready', 'This server does not speak the Redis protocol now.')
      const url = new URL(redis)
      url.password = await firstKey()
      clipboard.writeText(url.href)
    }),
    openConsole: path => window.open(path),
    openInBrowser: () => attempt(async () => {
      // Open a page of our own instead of its link, because every user of the machine can read the
      // arguments of programs.
      const { path } = await keeper.call('session.page', {})
      const failure = await shell.openPath(path)
      if (failure !== '')
        throw new Error(`The browser could not be opened: ${failure}`)
    }),
    setStartAtLogin: wanted => attempt(() => loginItem?.write(wanted)),
    about: () => app.showAboutPanel(),
    quit: () => app.quit(),
  }
}
