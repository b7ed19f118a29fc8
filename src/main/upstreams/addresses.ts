import type { LookupFunction } from 'node:net'
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { messageOf } from '@shared/errors'
import { SourceError } from '../serving/sources/source'
import { orAborted } from './abort'

/**
 * Addresses that never leave their link: there clouds answer with the credentials of the machine.
 * Also as every IPv6 address that stands for one of IPv4 (RFC 4291 §2.5.5, RFC 6052, RFC 3056, RFC
 * 2765).
 */
const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4')
linkLocal.addSubnet('fe80::', 10, 'ipv6')
linkLocal.addAddress('fd00:ec2::254', 'ipv6')
for (const prefix of ['::a9fe:0', '::ffff:0:a9fe:0', '64:ff9b::a9fe:0'])
  linkLocal.addSubnet(prefix, 112, 'ipv6')
linkLocal.addSubnet('2002:a9fe::', 32, 'ipv6')

/** False for anything that is not an IP address. */
export function isLinkLocal(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && linkLocal.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

interface ResolvedAddress { address: string, family: number }

type Resolve = (host: string) => Promise<ResolvedAddress[]>
const bySystem: Resolve = host => lookup(host, { all: true, order: 'verbatim' })

/**
 * The addresses of a host, every one of them checked. Throws SourceError if there is none, or if
 * one is link-local: a name that leads there now and then is not to be trusted.
 */
export async function resolveHost(
  host: string,
  signal: AbortSignal,
  resolve: Resolve = bySystem,
): Promise<ResolvedAddress[]> {
  // The system's lookup cannot be called off, but nobody has to wait for it.
  const addresses = await orAborted(resolve(host).catch((error: unknown) => {
    throw new SourceError('unreachable', notFound(host, error), { cause: error })
  }), signal)
  const forbidden = addresses.find(({ address }) => isLinkLocal(address))
  if (forbidden)
    throw new SourceError('unreachable', linkLocalSentence(host, forbidden.address))
  if (addresses.length === 0)
    throw new SourceError('unreachable', `The name ${host} has no address.`)
  return addresses
}

export function linkLocalSentence(host: string, address: string): string {
  const subject = host === address ? `${host} is` : `${host} leads to ${address},`
  return `${subject} a link-local address, to which Larder never connects.`
}

function notFound(host: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENODATA'
    ? `The name ${host} cannot be found${code === 'EAI_AGAIN' ? ' at the moment' : ''}.`
    : `The name ${host} cannot be looked up: ${messageOf(error)}.`
}

/**
 * Hands a socket the addresses that have been checked, so that it does not look the name up again
 * and get another answer.
 */
export function lookupAmong(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_, { all, family }, callback) => {
    const fitting = addresses.filter(found => family === 0 || family === undefined || found.family === family)
    const [first] = fitting
    if (!first)
      callback(Object.assign(new Error('No address of this family'), { code: 'ENOTFOUND' }), '', 0)
    else if (all)
      callback(null, fitting)
    else
      callback(null, first.address, first.family)
  }
}
