import type { Keytar } from '../../../src/main/vault/keychain-process'
import { describe, expect, it, vi } from 'vitest'
import { createManualClock, systemStopwatch } from '../../../src/main/base/clock'
import { createKeychainVault } from '../../../src/main/vault/keychain'
import { describeVault } from '../../contract/vault'

/**
 * A keytar that behaves as with libsecret: null while locked, a failing set, a delete that returns
 * false; or no answer at all.
 */
function createFakeKeytar() {
  const items = new Map<string, string>()
  const control = { condition: 'open' as 'open' | 'locked' | 'stuck', calls: 0, items }
  async function enter(): Promise<void> {
    control.calls++
    if (control.condition === 'stuck')
      await new Promise<never>(() => {})
  }
  const keytar: Keytar = {
    async getPassword(service, account) {
      await enter()
      return control.condition === 'locked' ? null : items.get(`${service}/${account}`) ?? null
    },
    async setPassword(service, account, secret) {
      await enter()
      if (control.condition === 'locked')
        throw new Error('Cannot create an item in a locked collection')
      items.set(`${service}/${account}`, secret)
    },
    async deletePassword(service, account) {
      await enter()
      return control.condition !== 'locked' && items.delete(`${service}/${account}`)
    },
  }
  return Object.assign(control, keytar)
}

describeVault(
  'keychain over a fake keytar',
  () => createKeychainVault({ load: async () => createFakeKeytar(), stopwatch: systemStopwatch }),
)

describe('keychain', () => {
  it('never takes locked for absent, nor writes over anything then (S11)', async () => {
    // Red when get() returns the first null without checking the probe.
    const keytar = createFakeKeytar()
    const vault = createKeychainVault({ load: async () => keytar, stopwatch: systemStopwatch })
    await vault.set('a', 'first')
    keytar.condition = 'locked'
    const before = new Map(keytar.items)
    expect((await vault.state()).state).toBe('locked')
    for (const call of [vault.get('a'), vault.get('absent'), vault.set('a', 'second'), vault.delete('a')]) {
      await expect(call).rejects.toMatchObject({
        code: 'vault-unavailable',
        message: expect.stringContaining('locked'),
      })
    }
    expect(keytar.items).toEqual(before)
    keytar.condition = 'open'
    expect((await vault.state()).state).toBe('ok')
    expect(await vault.get('a')).toBe('first')
    expect(await vault.get('absent')).toBeNull()
  })

  it('gives up a call that hangs, does not queue behind it, and asks again later (S11)', async () => {
    // Red when ask() awaits the call without the race.
    const keytar = createFakeKeytar()
    const clock = createManualClock()
    const vault = createKeychainVault({ load: async () => keytar, stopwatch: clock.stopwatch, limit: 40 })
    keytar.condition = 'stuck'
    expect(await vault.state()).toMatchObject({ state: 'locked', detail: expect.stringContaining('no answer') })
    const calls = keytar.calls
    await expect(vault.set('a', 'b')).rejects.toMatchObject({ code: 'vault-unavailable' })
    expect(keytar.calls).toBe(calls)
    keytar.condition = 'open'
    clock.advance(6000)
    expect((await vault.state()).state).toBe('ok')
  })

  // Red: in src/main/vault/keychain.ts let `ask` have the limit of a look.
  it('gives who waits for a key more time than a start gets', async () => {
    const keytar = createFakeKeytar()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const vault = createKeychainVault({
      load: async () => ({ ...keytar, setPassword: (...words) => begun.then(() => keytar.setPassword(...words)) }),
      stopwatch: systemStopwatch,
      limit: 1000,
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const kept = vault.set('a', 'b')
      await vi.advanceTimersByTimeAsync(4000)
      begin()
      await expect(kept).resolves.toBeUndefined()
    }
    finally {
      vi.useRealTimers()
    }
  })

  it('says that the module is missing, and finds it once it is there', async () => {
    let installed = false
    const vault = createKeychainVault({
      stopwatch: systemStopwatch,
      async load() {
        if (!installed)
          throw new Error('the module keytar is not installed')
        return createFakeKeytar()
      },
    })
    expect(await vault.state()).toEqual({
      state: 'unavailable',
      detail: 'The keychain cannot be used: the module keytar is not installed.',
    })
    installed = true
    expect((await vault.state()).state).toBe('ok')
  })
})
