import type { SecretVault } from '../../src/main/base/secret-vault'
import { describe, expect, it } from 'vitest'

/**
 * The tests that every SecretVault that keeps secrets has to pass. `open` returns a usable vault
 * that is empty or contains secrets of earlier tests.
 */
export function describeVault(name: string, open: () => SecretVault | Promise<SecretVault>): void {
  describe(`vault contract: ${name}`, () => {
    it('is ok and says where secrets are', async () => {
      const condition = await (await open()).state()
      expect(condition.state).toBe('ok')
      expect(condition.detail).toMatch(/\.$/)
    })

    it('answers null for what was never kept', async () => {
      expect(await (await open()).get('absent')).toBeNull()
    })

    it('keeps, replaces and deletes', async () => {
      const vault = await open()
      await vault.set('account1', 'first')
      await vault.set('account2', 'other')
      expect(await vault.get('account1')).toBe('first')
      await vault.set('account1', 'second')
      expect(await vault.get('account1')).toBe('second')
      await vault.delete('account1')
      expect(await vault.get('account1')).toBeNull()
      expect(await vault.get('account2')).toBe('other')
      await vault.delete('account2')
    })

    it('deletes what is not there without complaint', async () => {
      await expect((await open()).delete('absent')).resolves.toBeUndefined()
    })

    it.each([
      '__proto__',
      'constructor',
      'toString',
      'ключ 🔑',
      'a"b\\c\n',
      '../../x',
    ])('takes the account %j and odd secrets', async (account) => {
      const vault = await open()
      expect(await vault.get(account)).toBeNull()
      const secret = `${account} "' \\ \u2028 ${'x'.repeat(8192)}`
      await vault.set(account, secret)
      expect(await vault.get(account)).toBe(secret)
      await vault.delete(account)
      expect(await vault.get(account)).toBeNull()
      expect(({} as Record<string, unknown>)[secret]).toBeUndefined()
    })

    it('keeps what several set at once', async () => {
      const vault = await open()
      const accounts = Array.from({ length: 4 }, (_, index) => `twice${index}`)
      await Promise.all(accounts.map(account => vault.set(account, `secret of ${account}`)))
      expect(await Promise.all(accounts.map(account =>
        vault.get(account)))).toEqual(accounts.map(account => `secret of ${account}`))
      await Promise.all(accounts.map(account => vault.delete(account)))
    })
  })
}
