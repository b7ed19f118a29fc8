import { once } from 'node:events'
import { createServer } from 'node:net'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { findPortHolder, readLsof, readNetstat, readSs } from '../../../src/main/desktop/port-holder'

describe('who has a port', () => {
  it('reads ss', () => {
    expect(readSs(
      'LISTEN 0 511 127.0.0.1:7777 0.0.0.0:* users:(("node",pid=4242,fd=18),("node",pid=4243,fd=18))\n',
    )).toEqual({ pid: 4242, name: 'node' })
    expect(readSs(
      'LISTEN 0 511 127.0.0.1:7777 0.0.0.0:* users:(("my \\"app\\"",pid=7,fd=1))',
    )).toEqual({ pid: 7, name: 'my \\"app\\"' })
    expect(readSs('LISTEN 0 511 127.0.0.1:7777 0.0.0.0:*\n')).toBeNull()
    expect(readSs('')).toBeNull()
  })

  it('reads lsof', () => {
    expect(readLsof('p4242\ncnode\nf18\n')).toEqual({ pid: 4242, name: 'node' })
    expect(readLsof('p4242\nc\nf18\n')).toEqual({ pid: 4242, name: '' })
    expect(readLsof('lsof: no such thing')).toBeNull()
  })

  // Red when `foreign.endsWith(':0')` of src/main/desktop/port-holder.ts is left out: the result is
  // then the connected browser.
  it('reads netstat of Windows, in any language', () => {
    const text = [
      '',
      'Aktive Verbindungen',
      '',
      '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
      '  TCP    127.0.0.1:50000        127.0.0.1:7777         HERGESTELLT      9',
      '  TCP    127.0.0.1:7777         127.0.0.1:50000        HERGESTELLT      8',
      '  TCP    127.0.0.1:17777        0.0.0.0:0              ABHÖREN          6',
      '  TCP    127.0.0.1:7777         0.0.0.0:0              ABHÖREN          4242',
      '',
    ].join('\r\n')
    expect(readNetstat(text, 7777)).toEqual({ pid: 4242, name: '' })
    expect(readNetstat(text, 777)).toBeNull()
  })

  it('asks the system of this machine, and is silent about a free port', async () => {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as { port: number }
    const found = await findPortHolder(port, process.platform)
    server.close()
    await once(server, 'close')
    // On a machine without ss and lsof nothing is found.
    expect([process.pid, undefined]).toContain(found?.pid)
    expect(await findPortHolder(port, process.platform)).toBeNull()
  })
})
