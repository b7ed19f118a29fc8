import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, skipWithoutBrowser, test } from './desktop-test'

skipWithoutBrowser()

const perSecond = 5000
const seconds = 2

// Point 3 of part D. Red when `gatherMs` of src/main/desktop/event-reader.ts is 0: every turn of the loop becomes a message of its own.
test('5,000 requests a second reach the page in few messages, each counted, and it stays quick @alone', async ({ desktop, overview }) => {
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
  for (const start = performance.now(), sent = { slices: 0 }; sent.slices < slices; sent.slices++) {
    socket.write(request.repeat(perSecond / 50))
    if (sent.slices % 10 === 5) {
      const asked = performance.now()
      await overview.evaluate('larder.operations["switch.get"]()')
      waits.push(performance.now() - asked)
    }
    await sleep(Math.max(0, start + (sent.slices + 1) * 20 - performance.now()))
  }
  socket.end()
  const total = perSecond * seconds
  await expect.poll(() => overview.evaluate<number>('seen.events + seen.lost'), { timeout: 15_000 }).toBe(total)
  const { events, turns } = await overview.evaluate<{ events: number, turns: number }>('seen')
  waits.sort((a, b) => a - b)
  const [median = Number.NaN] = waits.slice(waits.length >> 1)
  console.log(`${events} of ${total} events in ${turns} messages; a call meanwhile took ${Math.round(median)} ms (median of ${waits.length})`)
  expect(turns).toBeLessThan(25 * seconds)
  expect(median).toBeLessThan(200)
})
