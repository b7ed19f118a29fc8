import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTlsFiles } from '../../../src/main/http/tls-files'
import { requireProgram } from '../../helpers/programs'

const openssl = requireProgram('openssl', 'openssl')

describe.skipIf(!openssl.available)('the files of TLS', () => {
  let folder: string
  const file = (name: string): string => join(folder, name)

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'larder-tls-'))
    const make = (...args: string[]): void =>
      void execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    for (const name of ['own', 'other']) {
      make(...['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file(`${name}-key.pem`)])
      make(
        ...['req', '-x509', '-new', '-days', '2', '-subj', '/CN=cache.test'],
        ...['-key', file(`${name}-key.pem`), '-out', file(`${name}-cert.pem`)],
      )
    }
    make(...['pkey', '-in', file('own-key.pem'), '-aes256', '-passout', 'pass:x', '-out', file('locked-key.pem')])
    writeFileSync(file('text.pem'), 'no certificate, no key\n')
    writeFileSync(file('empty.pem'), '')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are read where they belong together', async () => {
    const { cert, key } = await readTlsFiles({ certificate: file('own-cert.pem'), key: file('own-key.pem') })
    expect(`${cert.toString()}${key.toString()}`).toMatch(/^-----BEGIN CERTIFICATE[\s\S]*BEGIN EC PRIVATE KEY/)
  })

  // Red: in src/main/http/tls-files.ts leave out one of the calls of `accepts`.
  it.each([
    ['text.pem', 'own-key.pem', /^LARDER_TLS_CERT \(\S+text\.pem\) has no certificate/],
    ['empty.pem', 'own-key.pem', /^LARDER_TLS_CERT \(\S+empty\.pem\) has no certificate/],
    ['own-key.pem', 'own-cert.pem', /^LARDER_TLS_CERT \(\S+own-key\.pem\) has no certificate/],
    ['absent.pem', 'own-key.pem', /^LARDER_TLS_CERT \(\S+absent\.pem\) cannot be read/],
    ['own-cert.pem', 'text.pem', /^LARDER_TLS_KEY \(\S+text\.pem\) has no private key/],
    ['own-cert.pem', 'empty.pem', /^LARDER_TLS_KEY \(\S+empty\.pem\) has no private key/],
    ['own-cert.pem', 'locked-key.pem', /^LARDER_TLS_KEY \(\S+locked-key\.pem\) has .* without a passphrase/],
    ['own-cert.pem', 'absent.pem', /^LARDER_TLS_KEY \(\S+absent\.pem\) cannot be read/],
    ['own-cert.pem', 'other-key.pem', /^LARDER_TLS_KEY \(\S+other-key\.pem\) is not the private key of LARDER_TLS_CERT \(\S+own-cert\.pem\)/],
  ])('%s with %s is refused by its name', async (certificate, key, message) => {
    await expect(readTlsFiles({ certificate: file(certificate), key: file(key) })).rejects.toThrow(message)
  })
})
