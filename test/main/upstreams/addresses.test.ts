import { describe, expect, it } from 'vitest'
import { isLinkLocal, lookupAmong, resolveHost } from '../../../src/main/upstreams/addresses'

const never = new AbortController().signal

describe('link-local addresses', () => {
  // Red, each: in src/main/upstreams/addresses.ts drop its line.
  it.each([
    '169.254.0.0',
    '169.254.169.254',
    '169.254.255.255',
    'fe80::',
    'fe80::1',
    'fe80::1%eth0',
    'febf:ffff::1',
    'fd00:ec2::254',
    'FD00:EC2:0:0:0:0:0:254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:1',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    '64:ff9b::169.254.169.254',
    '2002:a9fe:a9fe::1',
  ])('%s is one', address => expect(isLinkLocal(address)).toBe(true))

  it.each([
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '169.253.255.255',
    '169.255.0.0',
    'fec0::1',
    'fd00:ec2::253',
    '::ffff:127.0.0.1',
    'metadata.invalid',
    '',
  ])('%j is none', address => expect(isLinkLocal(address)).toBe(false))
})

describe('resolving', () => {
  const resolveTo = (...addresses: string[]) => () =>
    Promise.resolve(addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })))

  it('hands out all addresses that a name has', async () => {
    expect(await resolveHost('db.test', never, resolveTo('10.0.0.1', '::1'))).toEqual([
      { address: '10.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ])
  })

  // Red: in src/main/upstreams/addresses.ts check only the first address.
  it.each([
    ['169.254.169.254', [], 'is a link-local address'],
    ['10.0.0.1', ['169.254.169.254'], 'leads to 169.254.169.254, a link-local address'],
    ['::1', ['::ffff:169.254.169.254'], 'leads to ::ffff:169.254.169.254, a link-local address'],
  ])('refuses a name that leads to %s and %j', async (first, others, says) => {
    const host = others.length === 0 ? first : 'meta.test'
    await expect(resolveHost(host, never, resolveTo(first, ...others))).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining(says),
    })
  })

  it.each([
    [Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), 'The name db.test cannot be found.'],
    [Object.assign(new Error('x'), { code: 'EAI_AGAIN' }), 'The name db.test cannot be found at the moment.'],
    [new Error('x'), 'The name db.test cannot be looked up: x.'],
  ])('says what is wrong: %s', async (error, message) => {
    await expect(resolveHost('db.test', never, () => Promise.reject(error))).rejects.toMatchObject({ message })
    await expect(resolveHost('db.test', never, resolveTo())).rejects.toMatchObject({
      message: 'The name db.test has no address.',
    })
  })

  it('reads odd spellings of IPv4 as the system does, and refuses what they mean', async () => {
    // getaddrinfo takes these for 169.254.169.254; where it does not, the name is not found.
    for (const host of ['0xA9FEA9FE', '2852039166', '0251.0376.0251.0376'])
      await expect(resolveHost(host, never)).rejects.toMatchObject({ failure: 'unreachable' })
  })

  it('is not waited for longer than the caller waits', async () => {
    await expect(resolveHost('db.test', AbortSignal.abort(), () => new Promise(() => {}))).rejects.toThrow()
  })

  it('gives a socket only what was checked', () => {
    const addresses = [{ address: '10.0.0.1', family: 4 }, { address: '::1', family: 6 }]
    const answers: unknown[] = []
    const lookup = lookupAmong(addresses)
    for (const options of [{ all: true }, { all: true, family: 6 }, { family: 4 }, {}])
      lookup('other.test', options, (_, ...found) => answers.push(found))
    expect(answers).toEqual([[addresses], [[addresses[1]]], ['10.0.0.1', 4], ['10.0.0.1', 4]])
    lookupAmong([])('x', {}, error => answers.push(error?.code))
    expect(answers.at(-1)).toBe('ENOTFOUND')
  })
})
