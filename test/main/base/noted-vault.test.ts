import { describe, expect, it } from 'vitest'
import { noteSecretsOf } from '../../../src/main/base/noted-vault'
import { createFakeVault } from '../admin/fakes'

/** What the log is told of a secret that goes into the vault, and of one that comes out. */
async function noted(secret: string): Promise<{ kept: string[], read: string[] }> {
  const kept: string[] = []
  const read: string[] = []
  const vault = createFakeVault()
  await noteSecretsOf(vault, { note: text => kept.push(text) }).set('a', secret)
  const reading = noteSecretsOf(vault, { note: text => read.push(text) })
  expect(await reading.get('a')).toBe(secret)
  return { kept, read }
}

describe('the log is told the secrets of the vault', () => {
  // Red: in src/main/base/noted-vault.ts leave `note` out of `set` or of `get`.
  it.each([
    ['an API key', 'lk_a_b_c', ['lk_a_b_c']],
    ['a connection', '{"place":"db.example","secrets":{"password":"one","token":"two"}}', ['one', 'two']],
    ['JSON that is none', '{"secrets":', ['{"secrets":']],
    ['JSON without secrets', '{"place":"db.example"}', []],
  ])('%s', async (_, secret, expected) => {
    expect(await noted(secret)).toEqual({ kept: expected, read: expected })
  })
})
