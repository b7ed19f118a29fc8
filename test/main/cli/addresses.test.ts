import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { describeListening } from '../../../src/main/cli/addresses'

function at(address: string, port = 7777): AddressInfo {
  return { address, port, family: address.includes(':') ? 'IPv6' : 'IPv4' }
}

// S1: nobody is reachable without knowing it. Red: in describeListening of addresses.ts,
// `bound.every` → `bound.some`.
it.each<[AddressInfo[], boolean, string]>([
  [[at('127.0.0.1'), at('::1')], false, '127.0.0.1:7777 and [::1]:7777: reachable from this machine only.'],
  [[at('127.0.0.1', 80)], true, '127.0.0.1:80: reachable from this machine only.'],
  [[at('127.8.8.8')], false, '127.8.8.8:7777: reachable from this machine only.'],
  [[at('0.0.0.0')], false, '0.0.0.0:7777 without TLS: other machines can reach it, and keys travel unencrypted.'],
  [[at('::')], true, '[::]:7777 with TLS: other machines can reach it.'],
  [[at('192.0.2.1')], false, '192.0.2.1:7777 without TLS: other machines can reach it, and keys travel unencrypted.'],
  [
    [at('127.0.0.1'), at('192.0.2.1')],
    false,
    '127.0.0.1:7777 and 192.0.2.1:7777 without TLS: other machines can reach it, and keys travel unencrypted.',
  ],
])('%j with TLS %s', (bound, secure, sentence) =>
  expect(describeListening(bound, secure)).toBe(`Listening on ${sentence}`))
