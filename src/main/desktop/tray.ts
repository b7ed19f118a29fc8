import type { Disposable } from '../base/disposable'
import type { ShellActions } from './actions'
import type { TrayModel } from './tray-menu'
import { join } from 'node:path'
import { Menu, nativeImage, Tray } from 'electron'
import { trayImage, trayMenu, trayTip } from './tray-menu'

interface ShellTray extends Disposable {
  /** Shows the model: image, tooltip and menu. */
  show: (model: TrayModel) => void
}

/**
 * @param folder contains `serving.png`, `off.png` and `trouble.png`, with `@2x` for dense displays
 *   and `…Template` for the menu bar of macOS
 */
export function createTray({ folder, platform, actions }: {
  folder: string
  platform: NodeJS.Platform
  actions: ShellActions
}): ShellTray {
  const template = platform === 'darwin'
  const image = (model: TrayModel): Electron.NativeImage =>
    nativeImage.createFromPath(join(folder, `${trayImage(model)}${template ? 'Template' : ''}.png`))
  let tray: Tray | undefined

  return {
    show(model) {
      tray ??= create(model)
      tray.setImage(image(model))
      tray.setToolTip(trayTip(model))
      // Linux does not show changes to a menu that is in place, so a new one is built.
      tray.setContextMenu(Menu.buildFromTemplate(trayMenu(model, actions)))
    },
    dispose() {
      tray?.destroy()
      tray = undefined
    },
  }

  function create(model: TrayModel): Tray {
    const created = new Tray(image(model))
    // On macOS the system itself opens the menu on a click.
    if (!template)
      created.on('click', () => actions.openConsole())
    return created
  }
}
