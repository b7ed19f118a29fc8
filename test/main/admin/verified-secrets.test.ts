import { expect, it } from 'vitest'
import { userPrincipal } from '../../../src/main/admin/principals'
import { createVerifiedSecrets } from '../../../src/main/admin/verified-secrets'

const principal = userPrincipal('environment', {
  id: 'u1',
  name: 'ada',
  passwordHash: null,
  owner: true,
  admin: true,
  disabled: false,
  cacheLimit: 200,
  createdAt: 0,
})

it('knows what it was told until the keys change', () => {
  const verified = createVerifiedSecrets()
  expect(verified.find('a', 1)).toBeUndefined()
  verified.remember('a', principal)
  expect(verified.find('a', 1)).toBe(principal)
  expect(verified.find('a', 2)).toBeUndefined()
  expect(verified.find('a', 1)).toBeUndefined()
})

it('stays bounded', () => {
  const verified = createVerifiedSecrets(3)
  verified.find('a', 1)
  const secrets = Array.from({ length: 10 }, (_, n) => `secret ${n}`)
  for (const secret of secrets)
    verified.remember(secret, principal)
  expect(secrets.filter(secret => verified.find(secret, 1)).length).toBeLessThanOrEqual(3)
  expect(verified.find('secret 9', 1)).toBe(principal)
})
