import type { MenuItemConstructorOptions } from 'electron'
import type { ShellActions } from './actions'
import type { TrayModel } from './tray-menu'
import { consolePaths } from '@shared/console-paths'
import { cachingItem } from './tray-menu'

/** Screens with their own menu item, in the order of the console's navigation. */
const screens = [
  ['Overview', consolePaths.overview],
  ['Playground', consolePaths.playground],
  ['Requests', consolePaths.requests],
  ['API keys', consolePaths.keys],
  ['Docs', consolePaths.docs],
] as const

/** The application menu: the system's usual items by their roles, and our own. */
export function applicationMenu(
  { state, switches }: TrayModel,
  actions: ShellActions,
  platform: NodeJS.Platform,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin'
  const serving = state.phase === 'serving'
  const about: MenuItemConstructorOptions = { label: 'About Larder', click: actions.about }
  const settings: MenuItemConstructorOptions = {
    label: 'Settings…',
    accelerator: 'CmdOrCtrl+,',
    enabled: serving,
    click: () => actions.openConsole(consolePaths.settings),
  }
  // Not the system's role, because on every system this has to stop the server.
  const quit: MenuItemConstructorOptions = { label: 'Quit Larder', accelerator: 'CmdOrCtrl+Q', click: actions.quit }
  const separator: MenuItemConstructorOptions = { type: 'separator' }

  return [
    ...mac
      ? [{
        label: 'Larder',
        submenu: [
          about,
          separator,
          settings,
          separator,
          { role: 'services' },
          separator,
          { role: 'hide' },
          { role: 'hideOthers' },
          { role: 'unhide' },
          separator,
          quit,
        ],
      } satisfies MenuItemConstructorOptions]
      : [],
    { label: '&File', submenu: [...mac ? [] : [settings, separator], { role: 'close' }, ...mac ? [] : [quit]] },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: '&Go',
      submenu: screens.map(([label, path], index) =>
        ({ label, accelerator: `CmdOrCtrl+${index + 1}`, enabled: serving, click: () => actions.openConsole(path) })),
    },
    {
      label: '&Server',
      submenu: [
        cachingItem(switches, actions),
        separator,
        { label: 'Copy API key', enabled: serving, click: actions.copyKey },
        { label: 'Copy base URL', enabled: serving, click: actions.copyUrl },
        { label: 'Open console in browser', enabled: serving, click: actions.openInBrowser },
      ],
    },
    { role: 'windowMenu' },
    {
      label: '&Help',
      role: 'help',
      submenu: [
        { label: 'Docs', accelerator: 'F1', enabled: serving, click: () => actions.openConsole(consolePaths.docs) },
        ...mac ? [] : [separator, about],
      ],
    },
  ]
}
