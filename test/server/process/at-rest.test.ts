import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { send } from '../../helpers/http-client'
import { findings, spellings } from '../security/canaries'
import { build, launch } from './launch'

beforeAll(build, 240_000)

/** A module that makes the server crash, as a bug would, when SIGUSR2 comes. */
const crash = `process.on('SIGUSR2', () => { throw new Error('a bug') })`

// S8. Red: in src/main/program.ts write `process.env.LARDER_API_KEY` to standard error.
it('s8 leaves no secret in databases, logs, exports and what a crash prints', async () => {
  const apiKey = 'canary-environment-key-7Kx2'
  const home = temporaryFolder()
  const server = launch(home, {
    LARDER_API_KEY: apiKey,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(crash)}`,
  })
  const port = await server.ready
  const ask = async <T>(method: string, path: string, body?: unknown, key = apiKey): Promise<T> => {
    const { status, text } = await server.send(
      method,
      path,
      { headers: { 'Api-Key': key }, ...body !== undefined && { body: JSON.stringify(body) } },
    )
    expect(status, `${method} ${path}: ${text}`).toBeLessThan(300)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  const password = 'canary-password-3Vq9'
  const connectionSecret = 'canary-connection-5Wd1'
  const key = await ask<{ secret: string }>('POST', '/admin/keys', { label: 'app', scopes: ['read', 'write', 'admin'] })
  await ask('POST', '/admin/users', { name: 'canary', password })
  const { token } = await ask<{ token: string }>('POST', '/admin/session', { name: 'canary', password })
  const { code } = await ask<{ code: string }>('POST', '/admin/session/code')
  const signedIn = await ask<{ token: string }>('POST', '/admin/session', { code })
  // Nobody listens there, so the log says why it failed.
  await ask('POST', '/admin/connections', {
    name: 'down',
    driver: 'redis',
    url: 'redis://127.0.0.1:1',
    password: connectionSecret,
  })
  await ask('POST', '/admin/caches', { name: 'filled', ttl: 60, source: { connection: 'down' } })
  await server.send('GET', '/api/caches/filled/entries/a', { headers: { 'Api-Key': apiKey } })
  await ask('PUT', '/v1/a', 'value', key.secret)
  await ask('POST', '/admin/jobs', { kind: 'export', cache: 'default' })
  await expect.poll(() => readdirSync(join(home, 'exports')).length).toBe(1)
  const wrong = await send(port, 'GET', '/v1/a', { headers: { 'Api-Key': `${key.secret.slice(0, -1)}x` } })
  expect(wrong.status).toBe(401)
  await send(port, 'GET', `/v1/a?key=${key.secret}`, { headers: { 'Api-Key': token } })

  const secrets = {
    'key': key.secret,
    password,
    token,
    code,
    'session token': signedIn.token,
    'environment key': apiKey,
    'connection secret': connectionSecret,
  }
  expect(findings(home, secrets)).toEqual([])
  server.child.kill('SIGUSR2')
  expect((await server.ended).code).toBeGreaterThan(0)
  expect(server.stderr()).toContain('Error: a bug')
  for (const [what, secret] of Object.entries(secrets)) {
    for (const said of [server.stdout(), server.stderr()])
      expect(spellings(secret).some(text => said.includes(text.toString())), what).toBe(false)
  }
  // The write-ahead logs are as the crash left them.
  expect(readdirSync(home)).toEqual(expect.arrayContaining(['larder.db-wal', 'entries.db-wal', 'exports', 'logs']))
  expect(findings(home, secrets)).toEqual([])
})
