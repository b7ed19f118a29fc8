import type { AddressInfo } from 'node:net'
import type { Parser } from './values'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { list } from './values'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/**
 * Whether a server bound to this address can only be reached from this machine: 127.0.0.0/8, ::1,
 * localhost. False for unknown names.
 */
export function isLoopback(address: string): boolean {
  if (isIP(address) === 0)
    return address.toLowerCase() === 'localhost'
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/**
 * A sentence for the person who started the server: where it listens and who can reach it there.
 */
export function describeListening(bound: readonly AddressInfo[], secure: boolean): string {
  const places = bound.map(({ address, port }) => `${isIPv6(address) ? `[${address}]` : address}:${port}`).join(' and ')
  if (bound.every(({ address }) => isLoopback(address)))
    return `Listening on ${places}: reachable from this machine only.`
  if (secure)
    return `Listening on ${places} with TLS: other machines can reach it.`
  return `Listening on ${places} without TLS: other machines can reach it, and keys travel unencrypted.`
}

// Underscores are not allowed in a host name (RFC 1123), but container networks use them.
const hostName = /^(?=.{1,253}$)\w(?:[\w-]{0,61}\w)?(?:\.\w(?:[\w-]{0,61}\w)?)*$/

/**
 * Address to bind: an IP address, with or without brackets, or a host name. `localhost` is null,
 * which means the default: both loopback addresses.
 */
export const bindAddress: Parser<string | null> = (value) => {
  const address = value.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (address === 'localhost')
    return null
  if (isIP(address) === 0 && !hostName.test(address))
    throw new Error('must be an address such as 127.0.0.1, ::1 or 0.0.0.0')
  return address
}

/**
 * `host` or `host:port`, comma separated, as browsers send them in `Host`: lower case,
 * international names in ASCII form.
 */
export const hostList: Parser<string[]> = value => list(value).map((item) => {
  const [, written = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(item) ?? []
  const host = /^[\0-\x7F]*$/.test(written) ? written.toLowerCase() : domainToASCII(written)
  const isHost = host.startsWith('[') ? isIPv6(host.slice(1, -1)) : hostName.test(host)
  if (!isHost || Number(port ?? 1) < 1 || Number(port ?? 1) > 65535)
    throw new Error('must be names such as cache.test or cache.test:8080, comma separated')
  return port === undefined ? host : `${host}:${Number(port)}`
})
