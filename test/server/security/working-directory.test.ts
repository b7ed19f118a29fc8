import type { ServerProcess } from '../process/launch'
import type { HostileRepository } from './hostile-repository'
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import process from 'node:process'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requireProgram } from '../../helpers/programs'
import { build, launch, script } from '../process/launch'
import { cloneHostileRepository, guarded, hostileKey } from './hostile-repository'
import { listening, loopback4, loopback6 } from './support'

const git = requireProgram('git', 'git')
const linux = process.platform === 'linux'
if (!linux)
  console.warn('Skipped: links in a clone and /proc/net/tcp are looked at on Linux only.')
const starter = join(import.meta.dirname, '../../../scripts/start.mjs')

let there: HostileRepository
let before: Record<string, string>
beforeAll(build, 240_000)
beforeEach(async () => {
  if (!git.available || !linux)
    return
  there = await cloneHostileRepository()
  before = there.outside()
})

/** Starts a program in the clone, like a person who has just changed into it. */
function inClone(command: readonly string[], change: Record<string, string> = {}): ServerProcess {
  return launch(there.clone, { ...there.env, ...change }, [process.execPath, ...command])
}

/** Runs one command line to its end. */
async function larder(...args: string[]): Promise<{ code: number | null, stdout: string, stderr: string }> {
  const child = inClone([script, ...args])
  const { code } = await child.ended
  return { code, stdout: child.stdout(), stderr: child.stderr() }
}

function expectHarmless(): void {
  expect(there.outside()).toEqual(before)
  expect(there.connections()).toBe(0)
}

function ignoredLines(stderr: string): string[] {
  return stderr.split('\n').filter(line => line.includes('.env'))
}

// Red: in src/main/cli/configuration.ts `doubt === null || option.harmless` → `true`.
async function expectSafe(server: ServerProcess): Promise<void> {
  const port = await server.ready
  expect(listening(port).filter(address => ![loopback4, loopback6].includes(address))).toEqual([])
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await server.send('GET', '/admin/caches', { headers })).status
  expect(await status({ 'Api-Key': hostileKey })).toBe(401)
  expect(await status({ 'Authorization': 'Bearer lc_hostile', 'Api-Key': '' })).toBeGreaterThanOrEqual(400)
  expect(await status({ Host: `evil.test:${port}` })).toBe(421)
  const why = 'is ignored: you have not trusted this file. To trust it: larder trust'
  expect(ignoredLines(server.stderr())).toEqual(guarded.map(name => `larder: ${name} in ${there.clone}/.env ${why}`))
  const loopback = /^larder: Listening on 127\.0\.0\.1:\d+(?: and \[::1\]:\d+)?: reachable from this machine only\.$/m
  expect(server.stderr()).toMatch(loopback)
  expect(server.stderr()).not.toContain(hostileKey)
}

describe.skipIf(!git.available || !linux)('s27 a hostile working directory', () => {
  it('larder serve and the commands beside it go on as everywhere else', async () => {
    const server = inClone([script, 'serve'])
    await expectSafe(server)
    expect(await larder('set', 'default', 'greeting', 'Hello')).toMatchObject({ code: 0 })
    expect(await larder('get', 'default', 'greeting')).toEqual({ code: 0, stdout: 'Hello', stderr: '' })
    expect(await larder('status')).toMatchObject({ code: 0, stderr: '' })
    const { stdout: key } = await larder('key', 'print')
    expect((await server.send('GET', '/v1/greeting', { headers: { 'Api-Key': key.trim() } })).text).toBe('Hello')
    expect((await server.end('SIGTERM')).code).toBe(0)
    expect(readFileSync(join(there.home, 'logs/larder.log'), 'utf8')).toContain('reachable from this machine only.')
    expectHarmless()
  })

  it('npm start does, and its set-up takes from .env only whether there is a window', async () => {
    const server = inClone([starter])
    await expectSafe(server)
    expect(server.stderr()).toContain('larder: no window, because LARDER_HEADLESS is set; running headless.')
    expect((await server.end('SIGTERM')).code).toBe(0)
    expectHarmless()
  })

  it('commands find no server where the person runs none', async () => {
    for (const args of [['set', 'default', 'a', 'b'], ['get', 'default', 'a'], ['status'], ['key', 'print']]) {
      const { code, stdout, stderr } = await larder(...args)
      expect([code, stdout, ignoredLines(stderr)]).toEqual([3, '', []])
      expect(stderr).toContain(`No server is running on ${there.home}.`)
    }
    expect(existsSync(there.home)).toBe(false)
    expectHarmless()
  })

  // Red: in src/main/program.ts let `readPrivateFile` be `path => readFileSync(path)`.
  it.each(['.', 'data'])('a person who names its folder %s as data folder is told why not', async (folder) => {
    const server = await larder('serve', '--home', folder)
    const home = join(there.clone, folder)
    expect([server.code, server.stdout]).toEqual([1, ''])
    expect(server.stderr).toContain(`larder: ${join(home, 'larder.lock')} is a link, and Larder follows none`)
    for (const args of [['set', 'default', 'a', 'b'], ['get', 'default', 'a'], ['status'], ['key', 'print']]) {
      const { code, stdout, stderr } = await larder(...args, '--home', folder)
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toContain(`larder: The control file cannot be trusted: ${join(home, 'control.json')} can be `)
      expect(stderr).toMatch(/can be (?:read|written) by other users; move it away/)
    }
    // Naming the folder makes it the person's and closes it to others; nothing else has changed.
    before[join('me', basename(there.clone), folder)] = '40700 '
    expectHarmless()
  })

  // Red: in src/main/cli/io.ts drop the line that calls isFile, or in scripts/lib/setting.mjs.
  it('a .env that never ends stops a start, and no command', async () => {
    const path = join(there.clone, '.env')
    rmSync(path)
    symlinkSync('/dev/zero', path)
    for (const command of [[script, 'serve'], [starter]]) {
      const server = inClone(command)
      expect((await server.ended).code).toBe(1)
      expect(server.stderr()).toContain(`larder: ${path} cannot be read: it is not a file`)
    }
    expect((await larder('status')).stderr).toContain('No server is running')
  })

  // Red: in src/main/cli/trust.ts let `standing` return 'trusted' for every known path.
  it('larder trust lets the file count, until it changes', async () => {
    const path = join(there.clone, '.env')
    writeFileSync(path, `LARDER_HOST=127.0.0.1\nLARDER_API_KEY=${hostileKey}\n`)
    const accepted = async (): Promise<[number, string[], string[]]> => {
      const server = inClone([script, 'serve'])
      const { status } = await server.send('GET', '/admin/caches', { headers: { 'Api-Key': hostileKey } })
      const addresses = listening(await server.ready)
      await server.end('SIGTERM')
      return [status, addresses, ignoredLines(server.stderr()).map(line => line.replace(/^.*ignored: /, ''))]
    }
    const ignored = (count: number, reason: string): unknown[] =>
      Array.from({ length: count }, () => expect.stringContaining(reason) as string)
    expect(await accepted()).toMatchObject([401, {}, ignored(2, 'you have not trusted this file')])
    const said = `${path} is trusted until it changes; it sets LARDER_HOST, LARDER_API_KEY.\n`
    expect(await larder('trust')).toEqual({ code: 0, stdout: '', stderr: said })
    expect(statSync(join(there.home, 'trusted.json')).mode & 0o777).toBe(0o600)
    expect(await accepted()).toEqual([200, [loopback4], []])
    appendFileSync(path, 'LARDER_ALLOWED_HOSTS=evil.test\n')
    expect(await accepted()).toMatchObject([401, {}, ignored(3, 'the file has changed since you trusted it')])
    expect((await larder('trust', '--list')).stdout).toContain('changed')
    expect(await larder('trust', '--remove')).toMatchObject({ code: 0, stderr: `${path} is no longer trusted.\n` })
    expect((await larder('trust', '--list')).stdout).not.toContain('.env')
  })
})
