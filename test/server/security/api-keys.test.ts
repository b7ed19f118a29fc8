import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from '../../helpers/http-client'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { createKey, createSwiftClient, manage, statusOf, withKey, wrongCells } from './support'

let larder: TestLarder
let client: ReturnType<typeof createSwiftClient>
let key: { id: string, secret: string }

beforeAll(async () => {
  larder = await startLarder()
  client = createSwiftClient(larder.port)
  key = await createKey(larder, { scopes: ['read', 'write'] })
})
afterAll(async () => {
  client.close()
  await larder.dispose()
})

/** One closed path of every face and of the control plane, and its response to an invalid key. */
const doors = [
  '/api/get-cache?cache=default&key=a',
  '/v1/a',
  '/api/caches/default/entries/a',
  '/admin/session',
  '/events',
  '/metrics',
] as const

async function statuses(headers: Record<string, string>): Promise<number[]> {
  return await Promise.all(doors.map(async path => (await client.send('GET', path, { headers })).status))
}
const refused = doors.map(() => 401)

describe('s7 keys over HTTP', () => {
  it('has the promised shape', () => {
    expect(key.secret).toMatch(new RegExp(`^lk_${key.id}_[A-Za-z0-9]{43}_[0-9a-f]{8}$`))
    expect(crc32(key.secret.slice(0, -8)).toString(16).padStart(8, '0')).toBe(key.secret.slice(-8))
  })

  // Red: in src/main/http/request-head.ts use `(apiKey ?? bearerOf(authorization)) || null` as the
  // secret.
  it.each<[string, string]>([
    ['empty', ''],
    ['a space', ' '],
    ['one character', 'x'],
    ['only its prefix', 'lk_'],
    ['latin-1', 'l\u00FC_\u00FF'],
    ['8 KB', 'k'.repeat(8192)],
    ['8 KB in the shape of a key', `lk_${'a'.repeat(8144)}_${'b'.repeat(43)}_00000000`],
    ['a name of Object.prototype', '__proto__'],
    ['a prototype name as id', `lk_constructor_${'0'.repeat(43)}_00000000`],
    ['a session that never was', `ls_${'0'.repeat(43)}`],
    ['a control token that never was', `lc_${'0'.repeat(43)}`],
    ['a quote', `' OR '1'='1`],
  ])('refuses %s with 401 on every face', async (_, text) => {
    expect(await statuses({ 'Api-Key': text })).toEqual(refused)
    expect(await statuses({ Authorization: `Bearer ${text}` })).toEqual(refused)
  })

  it.each([
    'Bearer',
    'Bearer\u00A0x',
    'Basic bGFyZGVy',
    'Digest x',
    'bearerx',
    ', ,',
    'Token',
  ])('refuses Authorization: %s', async (authorization) => {
    expect(await statuses({ Authorization: authorization })).toEqual(refused)
  })

  // Red: in src/main/http/request-head.ts let the first of two Api-Key fields win (`apiKey ??=
  // value`).
  it('does not choose between two credentials', async () => {
    const twice = await client.send(
      'GET',
      '/admin/session',
      { headers: [['Api-Key', key.secret], ['Api-Key', 'another']] },
    )
    const mixed = await client.send(
      'GET',
      '/admin/session',
      { headers: [['Api-Key', 'wrong'], ['Authorization', `Bearer ${key.secret}`]] },
    )
    expect([twice.status, mixed.status]).toEqual([401, 401])
  })

  it('refuses raw UTF-8 and bytes outside of any text', async () => {
    for (const bytes of [Buffer.from('schlüssel🗝'), Buffer.from([0x80, 0xFE, 0xFF])]) {
      const raw = Buffer.concat([
        Buffer.from(`GET /admin/session HTTP/1.1\r\nHost: localhost:${larder.port}\r\nConnection: close\r\nApi-Key: `),
        bytes,
        Buffer.from('\r\n\r\n'),
      ])
      expect(statusOf(await sendRaw(larder.port, raw))).toBe(401)
    }
    // NUL and other controls are not valid in HTTP.
    expect(statusOf(await sendRaw(
      larder.port,
      `GET /admin/session HTTP/1.1\r\nHost: localhost:${larder.port}\r\nApi-Key: a\0b\r\n\r\n`,
    ))).toBe(400)
  })

  // Red: in src/main/admin/digest.ts compare only the lengths.
  it('refuses a key with any one character changed, dropped or doubled', async () => {
    expect((await client.send('GET', '/admin/session', { headers: withKey(key.secret) })).status).toBe(200)
    const body = key.secret.slice(0, -8)
    const changed = [...key.secret].flatMap((char, at) => {
      const others = ['0', 'z', '_', char.toUpperCase(), char.toLowerCase()].filter(replacement => replacement !== char)
      return [
        ...others.map(replacement => key.secret.slice(0, at) + replacement + key.secret.slice(at + 1)),
        key.secret.slice(0, at) + key.secret.slice(at + 1),
        key.secret.slice(0, at) + char + key.secret.slice(at),
      ]
    })
    // The checksum gives no protection: a key with a correct one is just as wrong.
    const repaired = [...body].slice(0, -1).map((char, at) => {
      const text = body.slice(0, at) + (char === 'a' ? 'b' : 'a') + body.slice(at + 1)
      return text + crc32(text).toString(16).padStart(8, '0')
    })
    const candidates = new Set([
      ...changed,
      ...repaired,
      key.secret.toUpperCase(),
      `${key.secret}\u00A0`,
    ].filter(text => text !== key.secret))
    expect(candidates.size).toBeGreaterThan(300)
    expect(await wrongCells(candidates, async (text) => {
      const { status } = await client.send('GET', '/admin/session', { headers: withKey(text) })
      return status === 401 ? undefined : `${text}: ${status}`
    })).toEqual([])
  })

  // Red: in src/main/admin/authenticator.ts add the digest of `secret.slice(0, -1)` to those of a
  // fixed credential.
  it('refuses parts of the key from the environment', async () => {
    for (const text of [ownerKey.slice(0, -1), `${ownerKey}0`, ownerKey.toUpperCase()])
      expect((await client.send('GET', '/admin/session', { headers: withKey(text) })).status, text).toBe(401)
  })

  // Red: in src/main/admin/key-ring.ts drop `keys.delete(id)` from `remove`.
  it('refuses a revoked and a rotated key at once', async () => {
    const session = async (secret: string): Promise<number> =>
      (await client.send('GET', '/admin/session', { headers: withKey(secret) })).status
    const mortal = await createKey(larder, {})
    const rotated = await manage<{ secret: string }>(larder, 'POST', `/admin/keys/${mortal.id}/rotate`)
    expect([await session(mortal.secret), await session(rotated.secret)]).toEqual([401, 200])
    const overlapping = await manage<{ secret: string }>(
      larder,
      'POST',
      `/admin/keys/${mortal.id}/rotate`,
      { overlap: 60 },
    )
    expect([await session(rotated.secret), await session(overlapping.secret)]).toEqual([200, 200])
    await manage(larder, 'DELETE', `/admin/keys/${mortal.id}`)
    expect([await session(rotated.secret), await session(overlapping.secret)]).toEqual([401, 401])
  })
})
