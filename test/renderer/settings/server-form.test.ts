import type { Settings } from '../../../src/renderer/src/stores/settings'
import { describe, expect, it } from 'vitest'
import { changesOf, draftOf } from '../../../src/renderer/src/views/settings/server-form'

const settings: Settings = { memory: 256e6, valueLimit: 16 * 2 ** 20, anonymous: { enabled: false, scopes: ['write'] }, registrationOpen: true, version: '1.0.0', home: '/home', url: 'http://localhost:7777', vault: { driver: 'file', wanted: 'auto', state: 'ok', detail: '', reason: null } }

describe('server settings', () => {
  it('send what changed only', () => {
    expect(draftOf(settings)).toEqual({ memory: '256MB', valueLimit: '16MiB', anonymous: 'none' })
    expect(changesOf({ memory: '0.256 GB', valueLimit: '16 mib', anonymous: 'none' }, settings)).toEqual({})
    expect(changesOf(
      { memory: '1GB', valueLimit: '16MiB', anonymous: 'both' },
      settings,
    )).toEqual({ memory: 1e9, anonymous: { enabled: true, scopes: ['read', 'write'] } })
  })

  it('keep the scopes of anonymous access while it is off', () => {
    const open: Settings = { ...settings, anonymous: { enabled: true, scopes: ['write'] } }
    expect(draftOf(open).anonymous).toBe('write')
    expect(changesOf({ ...draftOf(open), anonymous: 'none' }, open)).toEqual({
      anonymous: { enabled: false, scopes: ['write'] },
    })
  })

  it('name every field that is no size', () => {
    expect(() =>
      changesOf({ memory: 'lots', valueLimit: '', anonymous: 'none' }, settings)).toThrow(expect.objectContaining({
      errors: [expect.objectContaining({ field: 'memory' }), expect.objectContaining({ field: 'valueLimit' })],
    }))
  })
})
