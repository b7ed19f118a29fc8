import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { build, launch } from './launch'

beforeAll(build, 240_000)

describe('r15 one data folder', () => {
  // Red: in src/main/storage/home-lock.ts begin a deferred transaction.
  it('is served by one of four Larders that start at once; the others say by which, and end', async () => {
    const home = temporaryFolder()
    const servers = Array.from({ length: 4 }, () => launch(home))
    const settled = await Promise.all(servers.map(async (server) => {
      const first = await Promise.race([server.ready, server.ended])
      return { server, isServing: typeof first === 'number' }
    }))
    const [one, ...others] = settled.filter(({ isServing }) => isServing)
    expect(others).toEqual([])
    for (const { server } of settled.filter(({ isServing }) => !isServing)) {
      expect(server.child.exitCode).toBe(1)
      // The one that holds it may not have said so yet.
      expect(server.stderr()).toMatch(new RegExp(
        `^larder: ${home} is in use by another Larder(?: \\(process \\d+\\))?\\n$`,
      ))
    }
    expect((await one?.server.send('PUT', '/v1/a', { body: 'kept' }))?.status).toBe(201)
    await one?.server.end('SIGTERM')
    expect((await launch(home).send('GET', '/v1/a')).text).toBe('kept')
  })

  // Red: in src/main/storage/home-lock.ts throw if the process of `larder.pid` is alive
  // (`process.kill(id, 0)`).
  it('is free after SIGKILL, also where another program has the process id by now', async () => {
    const home = temporaryFolder()
    const first = launch(home)
    await first.send('POST', '/admin/caches', { body: '{"name":"kept","ttl":60}' })
    const control = JSON.parse(readFileSync(join(home, 'control.json'), 'utf8')) as object
    await first.end('SIGKILL')
    // This process is alive and no Larder.
    writeFileSync(join(home, 'larder.pid'), `${process.pid}\n`)
    writeFileSync(join(home, 'control.json'), JSON.stringify({ ...control, pid: process.pid }))
    const second = launch(home)
    expect((await second.send('GET', '/api/caches/kept/entries/a')).status).toBe(404)
    const third = launch(home)
    expect((await third.ended).code).toBe(1)
    expect(third.stderr()).toBe(`larder: ${home} is in use by another Larder (process ${second.child.pid})\n`)
    expect((await second.send('GET', '/healthz')).status).toBe(200)
  })
})
