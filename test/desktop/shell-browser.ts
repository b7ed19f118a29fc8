import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findChromium } from '../helpers/chromium'
import { chromiumArguments } from '../standin/browser'

export interface ShellBrowser {
  /** `ws://127.0.0.1:…` of its DevTools. */
  address: string
  close: () => Promise<void>
}

/** A Chromium that several starts of the stand-in share, and in which the tests drive the stand-in's windows. */
export async function launchShellBrowser(): Promise<ShellBrowser> {
  const found = findChromium()
  if (!found.available)
    throw new Error(found.reason)
  const profile = await mkdtemp(join(tmpdir(), 'larder-browser-'))
  const child = spawn(found.path, [...chromiumArguments, '--headless', '--hide-scrollbars', '--mute-audio', '--remote-debugging-address=127.0.0.1', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  child.once('error', reject).once('exit', code => reject(new Error(`Chromium ended with ${code}`)))
  createInterface({ input: child.stderr }).on('line', (line) => {
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (address !== undefined)
      resolve(address)
  })
  return {
    address: await promise,
    async close() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      child.kill('SIGKILL')
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

export interface LazyShellBrowser {
  open: () => Promise<ShellBrowser>
  /** Closes it, if it was opened. */
  close: () => Promise<void>
}

export function createLazyShellBrowser(): LazyShellBrowser {
  let opened: Promise<ShellBrowser> | undefined
  return {
    open: () => opened ??= launchShellBrowser(),
    close: async () => (await opened)?.close(),
  }
}
