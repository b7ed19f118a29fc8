import type { TestLarder } from '../../helpers/start-larder'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireProgram } from '../../helpers/programs'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { portOf } from './ports'

/** The Redis protocol over TLS: `rediss://`. */
const openssl = requireProgram('openssl', 'openssl')
let larder: TestLarder
let ca: Buffer
let folder: string

describe.skipIf(!openssl.available)(`over TLS ${openssl.reason}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'larder-tls-'))
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-keyout', keyFile, '-out', certFile, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ], { stdio: 'ignore' })
    ca = readFileSync(certFile)
    larder = await startLarder({
      redis: { port: 0, isAsked: true },
      tls: { certificate: certFile, key: keyFile },
    })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  async function talk(lines: string): Promise<string> {
    const socket = connectTls({ port: portOf(larder), host: 'localhost', ca })
    let answer = ''
    socket.setEncoding('latin1').on('data', data => answer += data)
    await once(socket, 'secureConnect')
    socket.write(lines)
    await once(socket, 'close')
    return answer
  }

  it('commands are answered as without it', async () => {
    expect(larder.redisUrl).toMatch(/^rediss:\/\/localhost:\d+$/)
    expect(await talk(`AUTH ${ownerKey}\r\nSET a 1\r\nGET a\r\nQUIT\r\n`)).toBe('+OK\r\n+OK\r\n$1\r\n1\r\n+OK\r\n')
  })

  // Red: in src/main/redis/request-parser.ts throw no ForeignClient for a line.
  it('a web page runs nothing', async () => {
    expect(await talk(`SET /a HTTP/1.1\r\nHost: localhost\r\n\r\nSET a 2\r\n`)).toBe('')
  })

  it('a client without TLS is cut off without an answer', async () => {
    const socket = connect(portOf(larder), '127.0.0.1')
    let answer = ''
    socket.on('data', data => answer += String(data)).on('error', () => {})
    await once(socket, 'connect')
    socket.write(`AUTH ${ownerKey}\r\nPING\r\n`)
    await once(socket, 'close')
    expect(answer).not.toMatch(/OK|PONG/)
  })

  // Red: in src/main/redis/redis-face.ts cut off only what is through its handshake.
  it('a stop does not wait for a handshake that never comes', async () => {
    const socket = connect(portOf(larder), '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    await larder.dispose()
    expect(socket.closed || await once(socket, 'close')).toBeTruthy()
  })
})
