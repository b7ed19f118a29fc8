import { expect, it } from 'vitest'
import { testLines } from '../../../src/renderer/src/views/sources/connection-form'

// Red: in src/renderer/src/views/sources/connection-form.ts take all `connectionSteps`.
it.each<[Parameters<typeof testLines>[0], string[]]>([
  [
    { ok: true, ms: 1, server: 'Redis 7.0.15', steps: ['resolve', 'connect', 'authenticate', 'read'] },
    ['Find the address: ok', 'Connect: ok', 'Sign in: ok', 'Read: ok'],
  ],
  [
    { ok: false, step: 'secure', message: 'No.', steps: ['resolve', 'connect', 'secure'] },
    ['Find the address: ok', 'Connect: ok', 'Agree on TLS: failed'],
  ],
])('a test of a connection lists what it did: %j', (result, lines) => {
  expect(testLines(result).map(({ name, state }) => `${name}: ${state}`)).toEqual(lines)
})
