import { spawn } from 'node:child_process'
import { ofWindows } from '../base/windows-program'

/** The system's opener. The path is a separate argument, which no shell interprets. */
function openerOf(platform: NodeJS.Platform, path: string): [program: string, argv: string[]] {
  switch (platform) {
    case 'darwin': return ['/usr/bin/open', [path]]
    // `start` only exists in the shell; this does the same.
    case 'win32': return [ofWindows('rundll32.exe'), ['url.dll,FileProtocolHandler', path]]
    default: return ['xdg-open', [path]]
  }
}

/** Milliseconds after which an opener that is still running counts as successful. */
const patience = 3000

/**
 * Opens a file with the system's program for it. Some openers run as long as the browser, so this
 * does not wait for them to end. Throws Error if the opener is missing, or if it soon ends with a
 * code that means failure.
 */
export function openFile(
  platform: NodeJS.Platform,
  path: string,
  [program, argv] = openerOf(platform, path),
): Promise<void> {
  const child = spawn(program, argv, { detached: true, stdio: 'ignore', windowsHide: true })
  child.unref()
  return new Promise((done, fail) => {
    const timer = setTimeout(done, patience)
    child.once('error', fail)
    child.once('exit', (code) => {
      clearTimeout(timer)
      if (code === 0)
        done()
      else
        fail(new Error(`${program} ended with code ${code}`))
    })
  })
}
