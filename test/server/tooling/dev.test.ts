import { join } from 'node:path'
import process from 'node:process'
import { expect, it, onTestFinished, vi } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { patience } from '../../helpers/patience'
import { build, launch } from '../process/launch'

const script = join(import.meta.dirname, '../../../scripts/dev.mjs')

// Red: in scripts/dev.mjs leave `changeOrigin` out (421), or admin out of `served` (404).
it('npm run dev serves the sources of the console before a real server, signs in, and ends with both', async () => {
  await build()
  const dev = launch(temporaryFolder(), { LARDER_HEADLESS: '1' }, [process.execPath, script])
  // This runs before `launch` kills it, which would leave its server behind.
  onTestFinished(async () => void await dev.end('SIGINT'))
  await vi
    .waitUntil(() => /^Server /m.test(dev.stdout()), { timeout: patience, interval: 20 })
    .catch(() => expect.fail(dev.stdout() + dev.stderr()))
  const { origin, hash } = new URL(/^Console +(\S+)/m.exec(dev.stdout())?.[1] ?? expect.fail(dev.stdout()))
  expect(dev.stderr()).toContain('no window, because LARDER_HEADLESS is set; the console comes to your browser.')

  expect(await (await fetch(`${origin}/caches`)).text()).toContain('/@vite/client')
  expect(await (await fetch(`${origin}/src/main.ts`)).text()).toContain('startConsole')
  expect(await (await fetch(`${origin}/healthz`)).json()).toMatchObject({ status: 'ok' })
  const session = await fetch(`${origin}/admin/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Origin': origin, 'Sec-Fetch-Site': 'same-origin' },
    body: JSON.stringify({ code: hash.slice(1) }),
  })
  expect([session.status, await session.json()]).toEqual([
    201,
    expect.objectContaining({ token: expect.any(String) as string }),
  ])

  expect((await dev.end('SIGINT')).code, dev.stderr()).toBe(0)
  await expect(fetch(`${origin}/healthz`)).rejects.toThrow('fetch failed')
}, 3 * patience)
