import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { chromiumArguments, findChromium } from '../helpers/chromium'

interface LaunchedChromium {
  /** `ws://127.0.0.1:…` of its DevTools. */
  address: string
  close: () => Promise<void>
}

const options = [
  ...chromiumArguments,
  '--headless',
  '--hide-scrollbars',
  '--mute-audio',
  '--remote-debugging-address=127.0.0.1',
  '--remote-debugging-port=0',
]

/** Starts a Chromium with its own profile, for clients of its DevTools. */
export async function launchChromium(): Promise<LaunchedChromium> {
  const found = findChromium()
  if (!found.available)
    throw new Error(found.reason)
  const profile = await mkdtemp(join(tmpdir(), 'larder-browser-'))
  const child = spawn(
    found.path,
    [...options, `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  // Kills it if this process exits without closing it.
  const leave = (): void => void child.kill('SIGKILL')
  process.once('exit', leave)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  child.once('error', reject).once('exit', code => reject(new Error(`Chromium ended with ${code}`)))
  createInterface({ input: child.stderr }).on('line', (line) => {
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (address !== undefined)
      resolve(address)
  })

  async function close(): Promise<void> {
    process.off('exit', leave)
    // A process that did not start never emits `exit`.
    const ended = child.pid !== undefined && child.exitCode === null && child.signalCode === null
      ? once(child, 'exit')
      : undefined
    child.kill('SIGKILL')
    await ended
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  try {
    return { address: await promise, close }
  }
  catch (error) {
    await close()
    throw error
  }
}
