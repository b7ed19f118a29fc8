// Exchange rates that take a second to fetch, from a cache: at a Larder if LARDER_URL names one,
// else in this process. While the Larder is away or switched off, the app goes on, and says so.
import { createServer } from 'node:http'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'larder/client'

const { PORT = '3002' } = process.env
const cache = createClient({ fallback: true })
cache.on('away', ({ error }) => process.stdout.write(`Without the cache: ${error.message}\n`))
cache.on('back', () => process.stdout.write('The cache is back.\n'))

/** Stands for a slow service of somebody else. */
async function fetchRates() {
  await sleep(1000)
  return { EUR: 1, USD: 1.08, at: new Date() }
}

const server = createServer(async (request, response) => {
  const began = performance.now()
  // Of all requests at the same time, in whatever process, one fetches.
  const rates = await cache.remember('rates', 60, fetchRates)
  const took = Math.round(performance.now() - began)
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.end(`1 EUR = ${rates.USD} USD, as of ${rates.at.toISOString()}, in ${took} ms\n`)
})
server.listen(Number(PORT), 'localhost', () => {
  process.stdout.write(`Rates on http://localhost:${server.address().port}/\n`)
})
process.once('SIGTERM', () => {
  server.close()
  cache.close()
})
