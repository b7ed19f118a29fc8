import type { Settings } from '@shared/schemas'
import { describe, expect, it } from 'vitest'
import { draftOf, settingChanges, takingBack } from '../../../src/renderer/src/views/settings/server-form'

const settings: Settings = { memory: 256e6, valueLimit: 16 * 2 ** 20, anonymous: { enabled: false, scopes: ['write'] }, registrationOpen: true, version: '1.0.0', home: '/home', url: 'http://localhost:7777', redisOff: 'error', redis: 'redis://localhost:7379', vault: { driver: 'file', wanted: 'auto', state: 'ok', detail: '', reason: null } }

describe('server settings', () => {
  it('send what changed only', () => {
    expect(draftOf(settings)).toEqual({ memory: '256MB', valueLimit: '16MiB', anonymous: 'none', redisOff: 'error' })
    const same = { memory: '0.256 GB', valueLimit: '16 mib', anonymous: 'none', redisOff: 'error' } as const
    expect(settingChanges(same, settings)).toEqual({})
    expect(settingChanges({ ...same, redisOff: 'hang' }, settings)).toEqual({ redisOff: 'hang' })
    expect(settingChanges(
      { memory: '1GB', valueLimit: '16MiB', anonymous: 'both', redisOff: 'error' },
      settings,
    )).toEqual({ memory: 1e9, anonymous: { enabled: true, scopes: ['read', 'write'] } })
  })

  it('keep the scopes of anonymous access while it is off', () => {
    const open: Settings = { ...settings, anonymous: { enabled: true, scopes: ['write'] } }
    expect(draftOf(open).anonymous).toBe('write')
    expect(settingChanges({ ...draftOf(open), anonymous: 'none', redisOff: 'error' }, open)).toEqual({
      anonymous: { enabled: false, scopes: ['write'] },
    })
  })

  it('name every field that is no size', () => {
    const wrong = { ...draftOf(settings), memory: 'lots', valueLimit: '' }
    expect(() => settingChanges(wrong, settings)).toThrow(expect.objectContaining({
      errors: [expect.objectContaining({ field: 'memory' }), expect.objectContaining({ field: 'valueLimit' })],
    }))
  })

  // Red: in src/renderer/src/views/settings/server-form.ts take all fields back, or never throw.
  it('take back what was saved and nothing else, unless it has changed since', () => {
    const change = { valueLimit: 1e6 }
    const after = { ...settings, ...change }
    const door: Settings['anonymous'] = { enabled: true, scopes: ['read'] }
    expect(takingBack(change, settings, after, { ...after, memory: 1e9, anonymous: door }))
      .toEqual({ valueLimit: 16 * 2 ** 20 })
    expect(() => takingBack(change, settings, after, { ...after, valueLimit: 2e6 })).toThrow('have changed again')
    const opened = { ...settings, anonymous: door }
    expect(() => takingBack({ anonymous: door }, settings, opened, settings)).toThrow('have changed again')
  })
})
