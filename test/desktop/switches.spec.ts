import type { Desktop } from './launch-desktop'
import { timed } from '../helpers/durations'
import { patience } from '../helpers/patience'
import { expect, skipOnElectron, test } from './desktop-test'

skipOnElectron()

/** Returns the milliseconds until the three faces of the global switch agree. */
async function untilAll(
  desktop: Desktop,
  page: { evaluate: <T>(expression: string) => Promise<T> },
  enabled: boolean,
  start: number,
): Promise<number> {
  const { server } = desktop
  for (;;) {
    const [tray, shown, admin] = await Promise.all([
      desktop.ask('menu', 'tray').then(menu => menu.find(({ label }) => label === 'Caching')?.checked),
      page.evaluate<string>(
        'document.querySelector(\'[role="switch"][aria-label="Caching"], header [role="switch"]\').getAttribute("aria-checked")',
      ),
      fetch(
        `${server.url}/admin/switch`,
        { headers: { 'Api-Key': server.apiKey } },
      ).then(response => response.json() as Promise<{ enabled: boolean }>),
    ])
    const took = performance.now() - start
    if (tray === enabled && shown === String(enabled) && admin.enabled === enabled)
      return took
    if (took > patience)
      throw new Error(`The switches do not agree: tray ${tray}, console ${shown}, admin ${admin.enabled}`)
  }
}

// Red when the subscription of src/main/desktop/switchboard.ts leaves out the topic `switch`.
test(`tray, console and /admin/switch are one state${timed ? ', within 100 ms' : ''} @alone`, async ({
  desktop,
  overview,
}) => {
  const { server } = desktop
  const key = { 'Api-Key': server.apiKey }
  const status = async (): Promise<number> => (await fetch(`${server.url}/v1/a`, { headers: key })).status
  const moves: [string, (enabled: boolean) => Promise<unknown>][] = [
    ['tray', () => desktop.ask('click', 'tray', ['Caching'])],
    ['console', () => overview.getByRole('switch', { name: 'Caching' }).click()],
    [
      '/admin/switch',
      enabled =>
        fetch(`${server.url}/admin/switch`, {
          method: 'PUT',
          headers: { ...key, 'Content-Type': 'application/json' },
          body: JSON.stringify({ enabled }),
        }),
    ],
  ]
  await untilAll(desktop, overview, true, performance.now())
  for (const [name, move] of moves) {
    const figures: number[] = []
    for (let round = 0; round < 6; round++) {
      const enabled = round % 2 === 1
      await move(enabled)
      const start = performance.now()
      // A click in the page returns before its call has reached the main process; the two others
      // have been answered by now.
      if (name !== 'console')
        expect(await status(), `the next request after ${name}`).toBe(enabled ? 404 : 503)
      figures.push(await untilAll(desktop, overview, enabled, start))
      expect(await status(), `once all agree after ${name}`).toBe(enabled ? 404 : 503)
    }
    figures.sort((a, b) => a - b)
    const [median = Number.NaN] = figures.slice(3)
    console.log(`switched by ${name}: all agree after ${Math.round(median)} ms (median of 6)`)
    if (timed)
      expect(median, name).toBeLessThan(100)
  }
})
