import type { ShellState } from '@shared/ipc'
import type { MenuItemConstructorOptions } from 'electron'
import type { ShellActions } from './actions'
import type { Switches } from './switchboard'

type TrayImage = 'serving' | 'off' | 'trouble'

/** State that the tray shows. `startsAtLogin` is null if this system has no start at login. */
export interface TrayModel {
  state: ShellState
  switches: Switches | null
  startsAtLogin: boolean | null
}

export function trayImage({ state, switches }: TrayModel): TrayImage {
  return state.phase === 'trouble' ? 'trouble' : switches?.enabled === false ? 'off' : 'serving'
}

/** The line that appears under the pointer. */
export function trayTip({ state, switches }: TrayModel): string {
  if (state.phase === 'trouble')
    return `Larder – ${state.message}`
  const lost = switches?.redis.lost ?? null
  if (lost !== null)
    return `Larder – ${lost}`
  return switches?.enabled === false ? 'Larder – caching is off: apps get 503' : `Larder – serving on ${state.url}`
}

export function trayMenu(
  { state, switches, startsAtLogin }: TrayModel,
  actions: ShellActions,
): MenuItemConstructorOptions[] {
  const serving = state.phase === 'serving'
  return [
    { label: 'Open console', click: () => actions.openConsole() },
    { label: 'Open console in browser', enabled: serving, click: actions.openInBrowser },
    { type: 'separator' },
    cachingItem(switches, actions),
    {
      label: 'Caches',
      enabled: switches !== null && switches.caches.length > 0,
      submenu: (switches?.caches ?? []).map(({ name, enabled }) => ({
        label: literal(name),
        type: 'checkbox',
        checked: enabled,
        click: () => actions.setCache(name, !enabled),
      })),
    },
    { type: 'separator' },
    { label: 'Copy API key', enabled: serving, click: actions.copyKey },
    { label: 'Copy base URL', enabled: serving, click: actions.copyUrl },
    { label: 'Copy Redis URL', enabled: serving && switches?.redis.url != null, click: actions.copyRedisUrl },
    { type: 'separator' },
    ...startsAtLogin === null
      ? []
      : [{
          label: 'Start at login',
          type: 'checkbox',
          checked: startsAtLogin,
          click: () => actions.setStartAtLogin(!startsAtLogin),
        } as const],
    { label: 'Quit Larder', click: actions.quit },
  ]
}

/**
 * The global switch, in the tray and in the application menu. A click inverts the state that was
 * shown, whatever the system has done to the mark.
 */
export function cachingItem(switches: Switches | null, actions: ShellActions): MenuItemConstructorOptions {
  const enabled = switches?.enabled ?? false
  return {
    label: 'Caching',
    type: 'checkbox',
    checked: enabled,
    enabled: switches !== null,
    click: () => actions.setCaching(!enabled),
  }
}

/** Doubles `&`, because a single one marks an access key in menus. */
function literal(text: string): string {
  return text.replaceAll('&', '&&')
}
