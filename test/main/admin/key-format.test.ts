import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import { createKeySecret, parseKeyId } from '../../../src/main/admin/key-format'
import { mustBe, startAdministration } from './harness'

it('makes keys of the documented form', () => {
  const secret = createKeySecret('abc123')
  expect(secret).toMatch(/^lk_abc123_[0-9A-Za-z]{43}_[0-9a-f]{8}$/)
  expect(parseKeyId(secret)).toBe('abc123')
  expect(createKeySecret('abc123')).not.toBe(secret)
})

it.each([
  ['empty', ''],
  ['prefix alone', 'lk_'],
  ['no checksum', createKeySecret('a').slice(0, -9)],
  ['trailing line end', `${createKeySecret('a')}\n`],
  ['leading space', ` ${createKeySecret('a')}`],
  ['upper-case checksum', createKeySecret('a').replace(/[0-9a-f]{8}$/, 'ABCDEF00')],
  ['unicode', 'lk_ключ_🔑'],
  ['lone surrogate', '\uD800'.repeat(60)],
  ['NUL', 'lk_a\0'],
  ['8 KB', 'k'.repeat(8192)],
  ['8 KB in the right shape', `lk_a_${'0'.repeat(8192)}_00000000`],
  ['no id', `lk__${'0'.repeat(43)}_00000000`],
  ['the prototype', '__proto__'],
])('refuses a malformed key: %s', (_, text) => {
  expect(parseKeyId(text)).toBeUndefined()
})

// S7. Red when `checksum(body) ? id : undefined` in key-format.ts becomes `id` *and* `sameDigest`
// in digest.ts returns true. Either of them alone is caught by the other, so the next two tests
// check them separately.
it('refuses every one-character change of a key', async () => {
  const { authenticate, call } = await startAdministration()
  const { secret } = await call('keys.create', { label: 'k' })
  expect(authenticate(secret)).toBeDefined()
  let tried = 0
  for (let at = 0; at < secret.length; at++) {
    for (const character of ['0', 'a', 'Z', '_', '', ' ', 'é', `${secret[at]}${secret[at]}`]) {
      if (character === secret[at])
        continue
      expect(authenticate(secret.slice(0, at) + character + secret.slice(at + 1))).toBeUndefined()
      tried++
    }
  }
  expect(tried).toBeGreaterThan(450)
})

// S7. Red when parseKeyId in key-format.ts returns `id` without comparing the checksum.
it('finds slips of the pen by the checksum alone', () => {
  const secret = createKeySecret('abc')
  const slips = [...secret].map((character, at) =>
    secret.slice(0, at) + (character === 'a' ? 'b' : 'a') + secret.slice(at + 1))
  expect(slips.map(parseKeyId).filter(id => id !== undefined)).toEqual([])
})

// S7. Red when `sameDigest` in digest.ts returns true.
it('refuses a forged key whose checksum is right', async () => {
  const { authenticate, call } = await startAdministration()
  const { secret } = await call('keys.create', { label: 'k' })
  const body = secret.slice(0, -8)
  const forged = body.replace(/.(?=_$)/, last => last === 'x' ? 'y' : 'x')
  const checked = forged + crc32(forged).toString(16).padStart(8, '0')
  expect(parseKeyId(checked)).toBe(parseKeyId(secret))
  expect(authenticate(checked)).toBeUndefined()
})

// S7. Red when createKey in api-keys.ts stores `Buffer.from(secret)` as the digest.
it('stores the id and a digest, never the key', async () => {
  const { call, metadata } = await startAdministration()
  const { id, secret } = await call('keys.create', { label: 'k' })
  const record = mustBe(metadata.keys.list().find(key => key.id === id))
  expect(record.digest).toHaveLength(32)
  const random = mustBe(secret.split('_')[2])
  expect(JSON.stringify(metadata.keys
    .list()
    .map(key => ({ ...key, digest: key.digest.toString('latin1') })))).not.toContain(random)
})
