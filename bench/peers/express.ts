import type { Buffer } from 'node:buffer'
import process from 'node:process'
import express from 'express'

/**
 * A server that a developer would write in a minute: Express routes over a Map, with a key check
 * and Larder's answer headers.
 *
 * Usage: `node express.ts <key> '["Cache-Control","…",…]'`; prints its port.
 */
const [key, headerText = '[]'] = process.argv.slice(2)
const headers = JSON.parse(headerText) as string[]
const values = new Map<string, Buffer>()
const app = express()
app.disable('x-powered-by')
app.disable('etag')

app.use((request, response, next) => {
  if (request.get('Api-Key') !== key) {
    response.sendStatus(401)
    return
  }
  for (let i = 0; i + 1 < headers.length; i += 2)
    response.set(headers[i] ?? '', headers[i + 1] ?? '')
  next()
})
app.get('/v1/:key', (request, response) => {
  const value = values.get(request.params.key)
  if (value)
    response.end(value)
  else
    response.sendStatus(404)
})
app.put('/v1/:key', express.raw({ type: () => true, limit: '16mb' }), (request, response) => {
  values.set(request.params.key as string, request.body as Buffer)
  response.removeHeader('Content-Length')
  response.status(201).end()
})

const server = app.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as { port: number }).port}`))
server.keepAliveTimeout = 65_000
