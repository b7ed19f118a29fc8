import { once } from 'node:events'
import process from 'node:process'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient } from 'redis'

// The example of its README, with a page that counts visits.
const redisClient = createClient({ url: process.env.REDIS_URL })
redisClient.connect().catch(error => process.stderr.write(`${error}\n`))
const store = new RedisStore({ client: redisClient, prefix: 'myapp:' })
const app = express()
app.use(session({ store, resave: false, saveUninitialized: false, secret: 'keyboard cat' }))
app.get('/', (request, response) => {
  request.session.visits = (request.session.visits ?? 0) + 1
  response.json(request.session.visits)
})
app.get('/end', (request, response) => request.session.destroy(() => response.json('ended')))
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
let cookie
async function visit(path) {
  const headers = { connection: 'close', ...cookie && { cookie } }
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, { headers })
  cookie = response.headers.get('set-cookie')?.split(';', 1)[0] ?? cookie
  return response.json()
}
const visits = []
for (const path of ['/', '/', '/', '/end', '/'])
  visits.push(await visit(path))
const [key] = await redisClient.keys('myapp:*')
const hasTtl = await redisClient.ttl(key) > 0
const length = await store.length()
process.stdout.write(JSON.stringify({ visits, hasTtl, length }))
server.close()
await redisClient.close()
