import { describe, expect, it } from 'vitest'
import { placeOf, readConnection, readConnectionUrl } from '../../src/shared/connections/read'

describe('a URL of several Redis servers', () => {
  // Red: in src/shared/connections/redis-url.ts split `rest` without `.slice(1)`.
  it.each([
    ['redis+cluster://a', { url: 'redis://a:6379', mode: 'cluster' }, {}],
    [
      'rediss+cluster://ada:s%20x@A:7000,b:7001,[::1]',
      { url: 'rediss://a:7000', mode: 'cluster', nodes: ['b:7001', '[::1]'], user: 'ada' },
      { password: 's x' },
    ],
    [
      'redis+sentinel://:pw@s1,s2:26380/shop/3',
      { url: 'redis://s1:26379/3', mode: 'sentinel', nodes: ['s2:26380'], masterName: 'shop' },
      { password: 'pw' },
    ],
    ['REDIS+SENTINEL://s1/shop', { url: 'redis://s1:26379', mode: 'sentinel', masterName: 'shop' }, {}],
    ['redis://a', { url: 'redis://a:6379' }, {}],
  ])('%s is read', (url, values, secrets) => {
    expect(readConnectionUrl(url)).toEqual({ driver: 'redis', values, secrets })
  })

  it.each([
    ['redis+cluster://', 'url'],
    ['redis+cluster://a,,b', 'url'],
    ['redis+cluster://a/2', 'url'],
    ['redis+cluster://a,b:0', 'nodes'],
    ['redis+sentinel://a', 'masterName'],
    ['redis+sentinel://a/x%20y', 'masterName'],
    ['redis+sentinel://a/%ff', 'url'],
    ['redis+sentinel://a/shop/x', 'url'],
    ['redis+other://a', null],
  ])('%s is refused', (url, field) => {
    const errors = field === null ? {} : { errors: [expect.objectContaining({ field }) as object] }
    const refusal: unknown = expect.objectContaining({ code: 'invalid-input', ...errors })
    expect(() => readConnectionUrl(url)).toThrow(refusal as Error)
  })

  // Secrets are sent nowhere else. Red: in redis.ts leave the hosts out of `place`.
  it('names all that a secret may be sent to', () => {
    const places = [
      'redis+sentinel://s1,s2/shop',
      'redis+sentinel://s1,s3/shop',
      'redis+sentinel://s1,s2/other',
      'rediss+sentinel://s1,s2/shop',
      'redis+cluster://s1:26379,s2:26379',
    ].map(url => placeOf(readConnectionUrl(url)))
    expect(places[0]).toBe('redis+sentinel://s1:26379,s2:26379/shop')
    expect(new Set(places).size).toBe(5)
  })

  it('keeps the port of a URL whose mode is given beside it', () => {
    const given = { url: 'redis://s1', mode: 'sentinel', masterName: 'shop' }
    expect(readConnection('redis', given).values.url).toBe('redis://s1:26379')
    expect(readConnection('redis', { url: 'redis://s1', mode: 'cluster' }).values.url).toBe('redis://s1:6379')
  })
})
