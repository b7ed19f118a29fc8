import type { ChildProcess } from 'node:child_process'
import type { TestLarder } from '../../helpers/start-larder'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { build } from '../process/launch'
import { manage } from '../security/support'

const examples = join(import.meta.dirname, '../../../examples')

/** Starts a program of the examples; `said` is all that it has printed. */
async function start(path: string, env: Record<string, string> = {}): Promise<{ url: string, said: () => string }> {
  const service: ChildProcess = spawn(process.execPath, [join(examples, path)], {
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    const ended = once(service, 'exit')
    service.kill('SIGTERM')
    expect((await ended)[0]).toBe(0)
  })
  let said = ''
  service.stdout?.setEncoding('utf8').on('data', (text: string) => said += text)
  await once(service.stdout ?? expect.unreachable(), 'data')
  return { url: /http:\S+/.exec(said)?.[0] ?? '', said: () => said }
}

const text = async (url: string): Promise<string> => await (await fetch(url)).text()
/** All but how long it took. */
const rates = async (url: string): Promise<string> => (await text(url)).split(', in ')[0] ?? ''

describe('examples/client-*', () => {
  let larder: TestLarder
  beforeAll(async () => {
    await build()
    larder = await startLarder()
  }, 600_000)
  afterAll(() => larder.dispose())

  // Red: in examples/client-node/app.mjs call `fetchRates` itself.
  it('fetches once, without a server', async () => {
    const { url } = await start('client-node/app.mjs')
    expect(new Set([await rates(url), await rates(url)]).size).toBe(1)
  })

  // Red: in examples/client-node/app.mjs leave `fallback` out.
  it('shares what it fetched with others, and goes on while the cache is off', async () => {
    const env = { LARDER_URL: larder.url, LARDER_API_KEY: ownerKey, LARDER_TIMEOUT: '60' }
    const [one, two] = [await start('client-node/app.mjs', env), await start('client-node/app.mjs', env)]
    const first = await rates(one.url)
    expect(first).toMatch(/^1 EUR = 1\.08 USD, as of 2/)
    expect(await rates(two.url)).toBe(first)
    await manage(larder, 'PUT', '/admin/switch', { enabled: false })
    const without = await rates(one.url)
    expect(without).not.toBe(first)
    expect(await rates(one.url)).toBe(without)
    await manage(larder, 'PUT', '/admin/switch', { enabled: true })
    expect(await rates(one.url)).toBe(first)
    await expect.poll(one.said).toMatch(/Without the cache: .*\nThe cache is back\.\n$/)
  })

  it('serves the page with the built client', async () => {
    const { url } = await start('client-browser/serve.mjs')
    expect(await text(url)).toContain('src="app.js"')
    expect(await text(new URL('/app.js', url).href)).toContain('from \'./client.js\'')
    expect(await text(new URL('/client.js', url).href)).toContain('createClient')
    expect((await fetch(new URL('/none', url))).status).toBe(404)
  })
})
