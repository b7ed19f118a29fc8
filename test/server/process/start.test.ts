import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { send } from '../../helpers/http-client'
import { apiKey, build, launch, script, takenPort } from './launch'

beforeAll(build, 240_000)

/** A command of the command line, and what it prints. */
async function larder(args: string[], home: string, change: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, ...args],
    { env: { PATH: process.env.PATH, LARDER_HOME: home, ...change } },
  )
  return stdout
}

const oneLine = /^larder: [^\n]+\n$/

describe('a start that must fail', () => {
  // Red: in src/main/program.ts return 0 from the catch.
  it('says in one line that the port is taken, exits 1 and writes nothing to stdout', async () => {
    const port = await takenPort('127.0.0.1')
    const home = temporaryFolder()
    const server = launch(home, { LARDER_PORT: String(port) })
    expect((await server.ended).code).toBe(1)
    expect(server.stdout()).toBe('')
    expect(server.stderr()).toMatch(oneLine)
    expect(server.stderr()).toContain(`Port ${port} is taken`)
    // The message says what to do, and no other port is chosen silently.
    expect(server.stderr()).toContain('LARDER_PORT')
    const again = launch(home)
    await again.ready
  })

  // Red: in src/main/larder.ts drop `parts.use(lockHome(home))`.
  it('says in one line that another Larder has the folder, and leaves that one alone', async () => {
    const home = temporaryFolder()
    const first = launch(home)
    await first.send('PUT', '/v1/a', { body: 'kept' })
    const control = readFileSync(join(home, 'control.json'), 'utf8')
    const second = launch(home)
    expect((await second.ended).code).toBe(1)
    expect(second.stdout()).toBe('')
    expect(second.stderr()).toMatch(oneLine)
    expect(second.stderr()).toContain(`${home} is in use by another Larder (process ${first.child.pid})`)
    expect((await first.send('GET', '/v1/a')).text).toBe('kept')
    expect(readFileSync(join(home, 'control.json'), 'utf8')).toBe(control)
  })

  // Red: in src/main/cli/options.ts let `memory` return its bytes without the check by the schema.
  it.each([
    ['LARDER_PORT', '65536'],
    ['LARDER_PORT', '-1'],
    ['LARDER_PORT', 'http'],
    ['LARDER_MEMORY', 'much'],
    ['LARDER_MEMORY', '-1'],
    ['LARDER_MEMORY', '1KB'],
    ['LARDER_MEMORY', '99999999999999999999GB'],
    ['LARDER_HOST', '0.0.0.0'],
    ['LARDER_HOST', 'evil.example'],
    ['LARDER_VAULT', 'cupboard'],
    ['LARDER_ALLOWED_HOSTS', 'http://a/b'],
    ['LARDER_TLS_CERT', '/none/such.pem'],
    ['LARDER_API_KEY', 'too-short'],
  ])('refuses %s=%s before anything is opened, and names it', async (variable, value) => {
    const home = temporaryFolder()
    const server = launch(home, { [variable]: value })
    const { code } = await server.ended
    expect(code).toBeGreaterThan(0)
    expect(server.stdout()).toBe('')
    expect(server.stderr()).toContain(variable)
    expect(server.stderr()).not.toMatch(/^\s+at /m)
    if (variable === 'LARDER_API_KEY')
      expect(server.stderr()).not.toContain(value)
    expect(readdirSync(home)).toEqual([])
  })

  // Red: in src/main/larder.ts leave `readTlsFiles` to the HTTP server.
  it('names the file that TLS cannot use, before anything is opened', async () => {
    const [home, folder] = [temporaryFolder(), temporaryFolder()]
    const file = join(folder, 'no-certificate.pem')
    writeFileSync(file, 'no certificate')
    const server = launch(home, { LARDER_TLS_CERT: file, LARDER_TLS_KEY: file })
    expect((await server.ended).code).toBe(1)
    expect(server.stderr()).toMatch(oneLine)
    expect(server.stderr()).toContain(`LARDER_TLS_CERT (${file})`)
    expect(readdirSync(home)).toEqual([])
  })

  // Red: in src/main/storage/make-folders.ts make them with `recursive`.
  it.skipIf(process.platform !== 'linux')('says in one line that no folder can be made below /proc', async () => {
    const server = launch(temporaryFolder(), { LARDER_HOME: '/proc/larder/home' })
    expect((await server.ended).code).toBe(1)
    expect(server.stderr()).toMatch(oneLine)
    expect(server.stderr()).toContain('/proc/larder/home cannot be created as the data folder')
  })
})

// Red: in src/main/larder.ts leave `budgetWarning` out of the warnings.
it('is told at each start when a variable replaces the memory budget that was saved', async () => {
  const home = temporaryFolder()
  const given = { LARDER_MEMORY: '64MB' }
  const first = launch(home, given)
  const saved = await first.send('PATCH', '/admin/settings', { body: JSON.stringify({ memory: '100MB' }) })
  expect(saved.status).toBe(200)
  await first.end('SIGTERM')
  expect(first.stderr()).not.toMatch(/budget/)

  const second = launch(home, given)
  await second.ready
  await second.end('SIGTERM')
  expect(second.stderr()).toContain(
    'larder: The memory budget is 64MB, as LARDER_MEMORY or --memory says, and not 100MB, which was saved in the settings.',
  )
})

describe('stdout that is no terminal', () => {
  // Red: in src/main/larder.ts leave `keyNotKept` out of the warnings.
  it('is told when the first key could not be kept, and how to get another one', async () => {
    const home = temporaryFolder()
    const away = { LARDER_VAULT: 'keychain', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/absent/bus' }
    const server = launch(home, away)
    const port = await server.ready
    expect(server.stderr()).toMatch(/^larder: The first API key could not be kept, .*larder key create/m)
    expect(server.stderr()).not.toContain('lk_')
    // What it says holds.
    const key = await larder(['key', 'create', '--label', 'my-app'], home, away)
    expect((await send(port, 'GET', '/v1/a', { headers: { 'Api-Key': key.trim() } })).status).toBe(404)
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 })
    const again = launch(home, away)
    await again.ready
    expect(again.stderr()).not.toContain('first API key')
  })

  // Red: in src/main/program.ts greet even if stdout is no terminal.
  it('holds exactly the ready line, at the first start and later', async () => {
    const home = temporaryFolder()
    for (let start = 0; start < 2; start++) {
      const server = launch(home)
      const port = await server.ready
      await server.send('GET', '/admin/caches')
      expect(await server.end('SIGTERM')).toMatchObject({ code: 0 })
      expect(server.stdout()).toBe(`Larder ready on http://localhost:${port}\n`)
      expect(server.stderr()).not.toMatch(/lk_|lc_|ls_/)
      expect(server.stderr()).not.toContain(apiKey)
    }
  })
})

describe('s23 files', () => {
  /** Mode of the folder and of everything in it. */
  function modes(home: string): Record<string, string> {
    const entries = readdirSync(home, { recursive: true, withFileTypes: true })
    return Object.fromEntries([
      ['.', home],
      ...entries.map(entry =>
        [join(entry.parentPath, entry.name).slice(home.length + 1), join(entry.parentPath, entry.name)]),
    ].map(([name = '', path = '']) => [name, (statSync(path).mode & 0o777).toString(8)]))
  }

  // Red: in src/main/storage/private-files.ts let `privateFileMode` be 0o666, or
  // `privateFolderMode` 0o777.
  it.skipIf(
    process.platform === 'win32',
  )('are their owner\'s alone under umask 000, while it runs and afterwards', async () => {
    const home = join(temporaryFolder(), 'home')
    // A copy that somebody made by hand, and that is set aside.
    mkdirSync(home)
    writeFileSync(join(home, 'entries.db'), 'no database')
    const server = launch(
      temporaryFolder(),
      { LARDER_HOME: home },
      ['/bin/sh', '-c', 'umask 000; exec "$0" "$1" serve', process.execPath, script],
    )
    await server.send('PUT', '/v1/a', { body: 'x' })
    await server.send('POST', '/admin/keys', { body: '{"label":"k"}' })
    await server.send('POST', '/admin/jobs', { body: '{"kind":"export","cache":"default"}' })
    await expect.poll(() => Object.keys(modes(home)).filter(name => name.startsWith('exports/'))).toHaveLength(1)
    const running = modes(home)
    expect(Object.keys(running)).toContainEqual(expect.stringMatching(/^entries\.db\.corrupt-/))
    for (const name of [
      'larder.db',
      'larder.db-wal',
      'larder.db-shm',
      'entries.db',
      'entries.db-wal',
      'entries.db-shm',
      'secrets.json',
      'control.json',
      'logs/larder.log',
    ])
      expect(running[name], name).toBe('600')
    const folders = ['.', 'logs', 'exports']
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 })
    for (const found of [running, modes(home)]) {
      expect(Object.entries(found)
        .filter(([name, mode]) => mode !== (folders.includes(name) ? '700' : '600'))).toEqual([])
      expect(Object.keys(found)).toContain('larder.db')
    }
  })
})
