import type { TestLarder } from '../../helpers/start-larder'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { findings } from './canaries'
import { asJson, createKey, manage, withKey } from './support'

async function useSecrets(larder: TestLarder): Promise<Record<string, string>> {
  const password = 'canary-password-8J4k'
  const typo = 'canary-typed-wrong-3Q'
  const key = await createKey(larder, { scopes: ['read', 'write', 'admin'] })
  const rotated = await manage<{ secret: string }>(larder, 'POST', `/admin/keys/${key.id}/rotate`, { overlap: 60 })
  await manage(larder, 'POST', '/admin/users', { name: 'canary', password })
  await larder.sendOpen(
    'POST',
    '/admin/session',
    { headers: asJson, body: JSON.stringify({ name: 'canary', password: typo }) },
  )
  const { code } = await manage<{ code: string }>(larder, 'POST', '/admin/session/code')
  const { token } = await manage<{ token: string }>(larder, 'POST', '/admin/session', { code })
  await manage(larder, 'GET', '/admin/caches', undefined, { Authorization: `Bearer ${token}` })
  // All places into which a person may paste a key by mistake: path, query, field, header, body.
  const pasted = 'lk_pasted_canaryCanaryCanaryCanaryCanaryCanary00000AA_12345678'
  for (const path of [
    `/v1/a?api-key=${pasted}`,
    `/admin/caches?key=${pasted}`,
    `/api/get-cache?cache=${pasted}&key=a`,
    `/nothing/${pasted}`,
  ])
    await larder.send('GET', path, { headers: withKey(rotated.secret) })
  await larder.send(
    'POST',
    '/admin/session',
    { headers: { ...asJson, Cookie: pasted }, body: `{"name":"x","password":"${pasted}"` },
  )
  await larder.send('GET', '/v1/a', { headers: withKey(pasted) })
  return {
    'key': key.secret,
    'rotated key': rotated.secret,
    password,
    'mistyped password': typo,
    code,
    'session token': token,
    'control token': larder.controlToken,
    pasted,
  }
}

describe('s8 at rest', () => {
  // Red: in src/main/admin/api-keys.ts store `Buffer.from(secret)` as digest.
  it.each([
    'file',
    'env',
  ] as const)('finds no secret in databases, write-ahead logs and logs, with the vault: %s', async (
    vault,
  ) => {
    const apiKey = 'canary-environment-key-5Zp9'
    let larder = await startLarder({ vault, apiKey })
    onTestFinished(() => larder.dispose())
    const asEnvironment = larder.send
    larder.send = (method, path, options = {}) =>
      asEnvironment(
        method,
        path,
        { ...options, headers: { ...withKey(apiKey), ...options.headers as Record<string, string> } },
      )
    const secrets: Record<string, string> = { ...await useSecrets(larder), 'environment key': apiKey }
    if (larder.firstKey !== null)
      secrets['first key'] = larder.firstKey.secret
    expect(Object.keys(secrets).length).toBe(vault === 'file' ? 10 : 9)

    const names = readdirSync(larder.home)
    expect(names).toEqual(expect.arrayContaining(['larder.db', 'larder.db-wal', 'entries.db', 'logs']))
    expect(findings(larder.home, secrets)).toEqual([])
    larder = await larder.restart()
    expect(findings(larder.home, secrets)).toEqual([])
    // The session is kept all the same.
    const session = { headers: { Authorization: `Bearer ${secrets['session token']}` } }
    expect((await larder.sendOpen('GET', '/admin/session', session)).status).toBe(200)
    // Proves that the search works: a secret is found in its intended place.
    expect(readFileSync(join(larder.home, 'control.json'), 'utf8')).toContain(larder.controlToken)
    if (vault === 'file')
      expect(readFileSync(join(larder.home, 'secrets.json'), 'utf8')).toContain(secrets['rotated key'])
  })

  // Red: in src/main/http/pipeline.ts let `method` of the exchange be `head.secret`.
  it('finds none in the request log, the list of keys, metrics and events', async () => {
    const larder = await startLarder()
    onTestFinished(() => larder.dispose())
    const { pasted: _, ...secrets } = await useSecrets(larder)
    for (const path of [
      '/admin/requests?limit=1000',
      '/admin/keys',
      '/admin/users',
      '/admin/settings',
      '/admin/stats',
      '/metrics',
      '/readyz',
      '/openapi.json',
    ]) {
      const { status, text } = await larder.send('GET', path)
      expect(status, path).toBe(200)
      for (const [what, secret] of Object.entries(secrets))
        expect(text.includes(secret), `${what} in ${path}`).toBe(false)
    }
  })
})
