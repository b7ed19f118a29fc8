import type { AddressInfo } from 'node:net'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { requireProgram } from '../../helpers/programs'
import { controlOf, larder } from './harness'

const openssl = requireProgram('openssl', 'openssl')
const folder = mkdtempSync(join(tmpdir(), 'larder-tls-'))
let server: ReturnType<typeof createServer> | undefined
let url = ''

beforeAll(async () => {
  if (!openssl.available)
    return
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
      '-subj',
      '/CN=cache.test',
    ],
    { stdio: 'ignore' },
  )
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('[]')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server?.close()
  rmSync(folder, { recursive: true })
})

it.skipIf(
  !openssl.available,
)('the control file vouches for a server whose certificate is for other names', async () => {
  expect(await larder(['key', 'list', '--json'], { files: controlOf(url) })).toMatchObject({ code: 0, stdout: '[]\n' })
})

// For other servers the certificate decides who gets the API key. Red: transport.ts,
// `rejectUnauthorized: !vouched` → `false`.
it.skipIf(!openssl.available)('nobody vouches for --url', async () => {
  expect(await larder(
    ['key', 'list', '--url', url],
    { env: { LARDER_API_KEY: 'sixteen-letters!' } },
  )).toMatchObject({ code: 3, stderr: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') })
})
