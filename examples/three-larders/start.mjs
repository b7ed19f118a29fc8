// Starts three Larders that share the cache `shop` through one Redis, and ends them together. It
// needs nothing but Node 20, a build of Larder (`npm start` makes one) and a Redis from 6 on.
//
//   node examples/three-larders/start.mjs redis://localhost:6379
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const [, , redis = 'redis://localhost:6379'] = process.argv
const { LARDER_API_KEY: key = randomBytes(18).toString('base64url'), FIRST_PORT = '7781' } = process.env
const program = join(import.meta.dirname, '../../bin/larder.js')
const folder = await mkdtemp(join(tmpdir(), 'three-larders-'))
const children = []

/** Resolves with the URL of a new Larder, once it is ready. */
function start(index) {
  const port = FIRST_PORT === '0' ? '0' : String(Number(FIRST_PORT) + index)
  const env = { ...process.env, LARDER_API_KEY: key, LARDER_VAULT: 'file', LARDER_HOME: join(folder, String(index)) }
  const child = spawn(process.execPath, [program, 'serve', '--port', port], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text
      const [, url] = /^Larder ready on (http:\S+)$/m.exec(said) ?? []
      if (url)
        resolve(url)
    })
    child.once('exit', code => reject(new Error(`Larder ${index + 1} ended with code ${code} before it was ready.`)))
  })
}

async function call(url, method, path, body) {
  const answer = await fetch(url + path, {
    method,
    headers: { 'Api-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok)
    throw new Error(`${method} ${path}: ${(await answer.json()).detail}`)
}

/** The same connection and the same prefix everywhere: that is all that makes a tier shared. */
async function share(url) {
  await call(url, 'POST', '/admin/connections', { name: 'main', driver: 'redis', url: redis })
  const backend = { connection: 'main', prefix: 'shop:', near: { ttl: null } }
  await call(url, 'POST', '/admin/caches', { name: 'shop', ttl: '5m', backend })
}

async function stop() {
  await Promise.all(children.map(child => new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null)
      return resolve()
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })))
  await rm(folder, { recursive: true, force: true })
}

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void stop().then(() => process.exit(0)))

try {
  const urls = await Promise.all([0, 1, 2].map(start))
  for (const url of urls)
    await share(url)
  const lines = urls.map((url, index) => `Larder ${index + 1}: ${url}`)
  process.stdout.write(`${[...lines, `Api-Key: ${key}`, 'Ctrl-C ends all three.'].join('\n')}\n`)
}
catch (error) {
  console.error(error.message)
  await stop()
  process.exit(1)
}
