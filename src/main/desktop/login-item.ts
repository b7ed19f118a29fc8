import { rmSync, statSync } from 'node:fs'

export interface LoginItem {
  read: () => boolean
  /** Throws what `node:fs` throws. */
  write: (wanted: boolean) => void
}

/**
 * Start at login on Linux: a desktop entry in the autostart folder (XDG Autostart Specification),
 * because Electron itself offers nothing there.
 *
 * @param options.file `~/.config/autostart/larder.desktop`
 * @param options.replace writes a file, in a folder that may be missing
 * @param options.program what to start, with its arguments; the file of an AppImage, not where it
 *   is mounted
 */
export function createAutostartEntry({ file, program, replace }: {
  file: string
  program: readonly string[]
  replace: (path: string, text: string) => void
}): LoginItem {
  return {
    read: () => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false,
    write(wanted) {
      if (!wanted)
        return rmSync(file, { force: true })
      replace(
        file,
        `[Desktop Entry]\nType=Application\nName=Larder\nComment=Local cache server\nExec=${program.map(quote).join(' ')}\nX-GNOME-Autostart-enabled=true\n`,
      )
    },
  }
}

/**
 * Quotes an argument (Desktop Entry Specification, "The Exec key"), with `"`, backtick, `$` and
 * backslash escaped. The value is a string, so its backslashes are doubled again. `%` begins a
 * field code.
 */
function quote(argument: string): string {
  return `"${argument.replaceAll(/["`$\\]/g, '\\$&').replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`
}
