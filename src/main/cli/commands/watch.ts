import type { RequestRecord } from '@shared/schemas'
import type { StreamNews } from '../event-stream'
import type { Output } from '../output'
import { spellKey } from '@shared/key-spelling'
import { defineCommand } from '../command'
import { followEvents } from '../event-stream'
import { readRequestFilter, requestArgument, requestDetail } from './request-words'

type Passes = (request: RequestRecord) => boolean

/** Microseconds, in the unit that is short to read. */
function shortTime(duration: number): string {
  if (duration < 1000)
    return `${Math.round(duration)} µs`
  return duration < 1_000_000 ? `${(duration / 1000).toFixed(1)} ms` : `${(duration / 1_000_000).toFixed(1)} s`
}

/** The time of day as the clock on the wall shows it; the date is today's. */
function timeOfDay(at: string): string {
  const date = new Date(at)
  const two = (number: number): string => String(number).padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** A request in a line; what has no fixed length stands last. */
export function requestLine({ at, method, status, result, reason, duration, cache, key, path }: RequestRecord): string {
  const outcome = reason === null ? result : `${result} (${reason})`
  return [
    timeOfDay(at),
    method.padEnd(6),
    String(status),
    outcome.padEnd(18),
    shortTime(duration).padStart(8),
    cache ?? '–',
    key === null ? path : spellKey(key),
  ].join('  ')
}

async function tell(news: readonly StreamNews[], passes: Passes, output: Output): Promise<void> {
  const requests = news.flatMap(event => event.topic === 'request' && passes(event.payload) ? [event.payload] : [])
  await output.lines(requests, requestLine)
  for (const event of news) {
    if (event.topic === 'lagged')
      await output.warning(`This reader was too slow: ${event.payload.dropped} requests are not shown.`)
    if (event.topic === 'stream.lost')
      await output.warning(`The connection is lost (${event.reason}). Connecting again …`)
    if (event.topic === 'stream.found')
      await output.warning('Connected again. Requests in between are not shown.')
  }
}

export const watch = defineCommand({
  name: 'watch',
  summary: 'Print each request to your caches as it is answered, until Ctrl-C.',
  details: [
    'A line has the time, method, status, result with its reason, duration, cache, and key or path. With --json each request is a JSON object on a '
    + 'line of its own.',
    requestDetail,
    'When the server restarts, watching goes on, and stderr says so. Ctrl-C and SIGTERM end it with exit code 0.',
  ],
  arguments: [requestArgument],
  examples: ['larder watch', 'larder watch "result:miss cache:products"', 'larder watch "status>=400" --json'],
  async run({ words }, { client, output, io }) {
    const { passes } = readRequestFilter(words)
    for await (const news of followEvents(client, ['request'], io.stopSignal()))
      await tell(news, passes, output)
  },
})
