import type { ManualClock } from '../../src/main/base/clock'
import type { Configuration } from '../../src/main/base/configuration'
import type { Timer } from '../../src/main/base/timer'
import type { Larder } from '../../src/main/larder'
import type { Answer, RequestOptions } from './http-client'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createPasswords } from '../../src/main/admin/passwords'
import { createLarder } from '../../src/main/larder'
import { requireDocumented } from './documented'
import { send } from './http-client'

/** `LARDER_API_KEY` of test servers: the owner's key with all scopes. */
export const ownerKey = 'test-owner-key-0123456789'

export interface TestLarder extends Larder {
  home: string
  /**
   * Sends a request with the owner's key, unless the headers contain another. Throws for an error
   * that the OpenAPI document does not tell of the operation.
   */
  send: (method: string, path: string, options?: RequestOptions) => Promise<Answer>
  /** The same without any key. */
  sendOpen: (method: string, path: string, options?: RequestOptions) => Promise<Answer>
  /** Stops the server and starts a new one on the same data folder. */
  restart: (change?: Partial<Configuration>) => Promise<TestLarder>
  /** Stops the server and removes its folder. */
  dispose: () => Promise<void>
}

/**
 * Cheap passwords, because sign-in at full cost would take most of the time. passwords.test.ts and
 * the tests with a real process cover the full cost.
 */
const passwords = createPasswords({ cost: 2 ** 10 })

/** Starts a whole server in this process, on a free port and in its own folder. */
export async function startLarder(
  change: Partial<Configuration> = {},
  clock?: ManualClock,
  tell?: (sentence: string) => void,
  timer?: Timer,
  codecProgram?: string,
): Promise<TestLarder> {
  const home = change.home ?? mkdtempSync(join(tmpdir(), 'larder-test-'))
  const configuration: Configuration = {
    home,
    port: 0,
    redis: null,
    redisOff: null,
    host: null,
    allowedHosts: [],
    tls: null,
    allowPlaintext: false,
    apiKey: ownerKey,
    vault: 'file',
    memory: null,
    inFlight: null,
    headless: true,
    seed: null,
    connections: [],
    ...change,
  }
  const larder = await createLarder({
    configuration,
    version: '0.0.0-test',
    consoleFolder: resolve(import.meta.dirname, '../fixtures/console'),
    clock,
    stopwatch: clock?.stopwatch,
    timer,
    ...codecProgram !== undefined && { codecProgram },
    passwords,
    tell,
  })
  async function sendOpen(method: string, path: string, options?: RequestOptions): Promise<Answer> {
    const answer = await send(larder.port, method, path, options)
    requireDocumented(method, path, answer)
    return answer
  }
  return {
    ...larder,
    home,
    send: (method, path, options = {}) => sendOpen(method, path, { ...options, headers: withKey(options.headers) }),
    sendOpen,
    async restart(again = {}) {
      await larder.stop()
      return await startLarder({ ...configuration, ...again, home }, clock, tell, timer, codecProgram)
    },
    async dispose() {
      await larder.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function withKey(headers: RequestOptions['headers'] = {}): [string, string][] {
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers)
  return pairs.some(([name]) => /^(?:api-key|authorization)$/i.test(name)) ? pairs : [...pairs, ['Api-Key', ownerKey]]
}
