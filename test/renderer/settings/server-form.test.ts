import type { Settings } from '../../../src/renderer/src/stores/settings'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBytes, writeBytes } from '../../../src/renderer/src/bytes'
import { changesOf, draftOf } from '../../../src/renderer/src/views/settings/server-form'

const settings: Settings = { memory: 256e6, valueLimit: 16 * 2 ** 20, anonymous: { enabled: false, scopes: ['write'] }, registrationOpen: true, version: '1.0.0', home: '/home', url: 'http://localhost:7777', vault: { driver: 'file', wanted: 'auto', state: 'ok', detail: '', reason: null } }

describe('sizes', () => {
  it('read what people write, as the command line does', () => {
    expect(['256MB', '1.5 GB', '64MiB', ' 4096 ', '1kb', '2 KiB'].map(parseBytes)).toEqual([
      256e6,
      1.5e9,
      64 * 2 ** 20,
      4096,
      1000,
      2048,
    ])
    for (const text of ['', 'lots', '-1', '1e3', '1 XB', '0x10', '1,000', '256MB256MB'])
      expect(parseBytes(text)).toBeNaN()
  })

  it('are written so that they read as the same', () => {
    expect([256e6, 2 ** 28, 0, 1001, 1536 * 1024].map(writeBytes)).toEqual(['256MB', '256MiB', '0', '1001', '1536KiB'])
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (bytes) => {
      expect(parseBytes(writeBytes(bytes))).toBe(bytes)
    }))
  })
})

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
