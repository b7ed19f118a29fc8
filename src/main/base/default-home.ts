import { posix, win32 } from 'node:path'

/**
 * Folder of databases and logs when `LARDER_HOME` says nothing: the platform's user-data directory,
 * the same one that Electron's `appData` is, so that desktop and headless share it.
 */
export function defaultHome(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  userFolder: string,
): string {
  if (platform === 'win32')
    return win32.join(env.APPDATA || win32.join(userFolder, 'AppData', 'Roaming'), 'Larder')
  if (platform === 'darwin')
    return posix.join(userFolder, 'Library', 'Application Support', 'Larder')
  // A relative XDG path is invalid and has to be ignored (XDG Base Directory Specification,
  // "Basics").
  const configured = env.XDG_CONFIG_HOME ?? ''
  return posix.join(posix.isAbsolute(configured) ? configured : posix.join(userFolder, '.config'), 'Larder')
}
