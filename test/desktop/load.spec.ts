import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { timed } from '../helpers/durations'
import { patience } from '../helpers/patience'
import { expect, skipWithoutBrowser, test } from './desktop-test'

skipWithoutBrowser()

const perSecond = 5000
const seconds = 2

// Red when `gatherMs` of src/main/desktop/event-reader.ts is 0: every turn of the loop becomes a
// message of its own.
test('5,000 requests a second reach the page in few messages, each counted @alone', async ({ desktop, overview }) => {
  const { server } = desktop
  await overview.evaluate(`{
    globalThis.seen = { events: 0, lost: 0, turns: 0 }
    let fresh = true
    larder.subscribe('request', () => {
      seen.events++
      if (fresh) {
        seen.turns++
        fresh = false
        setTimeout(() => fresh = true)
      }
    })
    larder.subscribe('lagged', payload => seen.lost += JSON.parse(payload).requests.miss ?? 0)
  }`)
  const { port } = new URL(server.url)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.resume()
  const request = `GET /v1/absent HTTP/1.1\r\nHost: localhost:${port}\r\nApi-Key: ${server.apiKey}\r\n\r\n`
  const waits: number[] = []
  const slices = 50 * seconds
  const started = performance.now()
  for (let sent = 0; sent < slices; sent++) {
    socket.write(request.repeat(perSecond / 50))
    if (sent % 10 === 5) {
      const asked = performance.now()
      await overview.evaluate('larder.operations["switch.get"]()')
      waits.push(performance.now() - asked)
    }
    await sleep(Math.max(0, started + (sent + 1) * 20 - performance.now()))
  }
  socket.end()
  const total = perSecond * seconds
  await expect.poll(() => overview.evaluate<number>('seen.events + seen.lost'), { timeout: patience }).toBe(total)
  const lasted = performance.now() - started
  const { events, turns } = await overview.evaluate<{ events: number, turns: number }>('seen')
  waits.sort((a, b) => a - b)
  const [median = Number.NaN] = waits.slice(waits.length >> 1)
  console.log(
    `${events} of ${total} events in ${turns} messages; a call meanwhile took ${Math.round(median)} ms (median of ${waits.length})`,
  )
  // One message for each 50 ms of gathering, however many intervals there were.
  expect(turns).toBeLessThanOrEqual(lasted / 50 + 1)
  if (timed)
    expect(median).toBeLessThan(200)
})
