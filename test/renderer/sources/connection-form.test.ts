import type { ConnectionInfo } from '@shared/connections/schemas'
import { describe, expect, it } from 'vitest'
import { changedFields, connectionFormOf, givenFields } from '../../../src/renderer/src/views/sources/connection-form'

const saved = {
  driver: 'redis',
  url: 'redis://s1:26379',
  mode: 'sentinel',
  nodes: ['s2:26379'],
  masterName: 'shop',
  user: null,
  password: { set: true },
  sentinelPassword: { set: true },
  ca: null,
} as unknown as ConnectionInfo

describe('the form of a connection', () => {
  // Red: in connection-form.ts let `isApplicable` be true.
  it('gives only what means something in the chosen mode', () => {
    const form = { url: 'redis://a', nodes: 'b, c', masterName: 'shop', sentinelPassword: 'x' }
    expect(givenFields('redis', form)).toEqual({ url: 'redis://a' })
    const nodes = ['b', 'c']
    expect(givenFields('redis', { ...form, mode: 'cluster' })).toEqual({ url: 'redis://a', mode: 'cluster', nodes })
    const secret = { masterName: 'shop', sentinelPassword: 'x' }
    expect(givenFields('redis', { ...form, mode: 'sentinel' })).toMatchObject(secret)
  })

  it('changes nothing that was not changed', () => {
    expect(changedFields(saved, connectionFormOf('redis', saved))).toEqual({})
  })

  // Red: in connection-form.ts leave the line about `isSet` out of `changedFields`.
  it('takes away what the mode that is chosen now has no use for, secrets too', () => {
    const form = connectionFormOf('redis', saved)
    expect(changedFields(saved, { ...form, mode: 'cluster' })).toEqual({
      mode: 'cluster',
      masterName: null,
      sentinelPassword: null,
    })
    expect(changedFields({ ...saved, sentinelPassword: { set: false } }, { ...form, mode: 'standalone' })).toEqual({
      mode: 'standalone',
      nodes: null,
      masterName: null,
    })
  })
})
