import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import Sqlite from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { messageOf } from '../../../src/shared/errors'
import { timed } from '../../helpers/durations'
import { temporaryFolder } from '../../helpers/folder'
import { send } from '../../helpers/http-client'
import { build, launch, script } from './launch'

beforeAll(build, 240_000)

const oneLine = /^larder: [^\n]+\n$/

/** A data folder that was used and whose server was stopped, with a key that worked. */
async function usedHome(): Promise<{ home: string, key: string }> {
  const home = temporaryFolder()
  const server = launch(home)
  const { text } = await server.send('POST', '/admin/keys', { body: '{"label":"app","scopes":["read","write"]}' })
  await server.send('PUT', '/v1/a', { body: 'kept' })
  await server.end('SIGTERM')
  return { home, key: (JSON.parse(text) as { secret: string }).secret }
}

function flipPages(file: string): void {
  const bytes = readFileSync(file)
  for (let at = 4096; at < bytes.length; at += 4096)
    bytes[at] = (bytes[at] ?? 0) ^ 0xFF
  writeFileSync(file, bytes)
}

/** The unit tests have more, and `npm test` starts a process for one of these only. */
const damages: Record<string, (file: string) => void> = {
  'flipped pages': flipPages,
  ...timed && {
    'garbage': file => writeFileSync(file, 'garbage '.repeat(1000)),
    'zero length': file => truncateSync(file, 0),
  },
}

// R5. Red: in src/main/larder.ts let `setAside: string[]` be `[]`.
describe.each(Object.entries(damages))('r5 a start with %s', (_, damage) => {
  it('in larder.db serves with a new owner, lets no old key in, and says what was lost', async () => {
    const { home, key } = await usedHome()
    damage(join(home, 'larder.db'))
    const damaged = readFileSync(join(home, 'larder.db'))
    const began = performance.now()
    const server = launch(home)
    const port = await server.ready
    expect((await server.send('GET', '/readyz')).json()).toMatchObject({
      status: 'ready',
      setAside: [expect.stringContaining('larder.db.corrupt-')],
    })
    if (timed)
      expect(performance.now() - began).toBeLessThan(3000)
    const aside = readdirSync(home).find(name => /^larder\.db\.corrupt-\d{8}T\d{9}Z$/.test(name)) ?? ''
    expect(readFileSync(join(home, aside)).equals(damaged)).toBe(true)
    const said = server.stderr().split('\n').filter(line => line.includes(`${home} as ${aside}`))
    expect(said).toEqual([expect.stringContaining('no API key, session or password of before works any more')])
    expect((await send(port, 'GET', '/v1/a', { headers: { 'Api-Key': key } })).status).toBe(401)
    // Its caches are unknown, so nobody is served what was in them.
    expect((await server.send('GET', '/v1/a')).status).toBe(404)
    expect((await server.send('GET', '/admin/stats')).json()).toMatchObject({ setAside: [expect.any(String)] })
    // Somebody without the right to manage learns nothing of the folder.
    expect((await send(port, 'GET', '/readyz')).text).not.toContain(home)
    await server.end('SIGTERM')
    const again = launch(home)
    await again.ready
    expect(again.stderr()).not.toContain('damaged')
  })

  it('in entries.db serves everything but the entries', async () => {
    const { home, key } = await usedHome()
    damage(join(home, 'entries.db'))
    const damaged = readFileSync(join(home, 'entries.db'))
    const began = performance.now()
    const server = launch(home)
    const port = await server.ready
    expect((await server.send('GET', '/readyz')).json()).toMatchObject({ status: 'ready' })
    if (timed)
      expect(performance.now() - began).toBeLessThan(3000)
    const aside = readdirSync(home).find(name => /^entries\.db\.corrupt-\d{8}T\d{9}Z$/.test(name)) ?? ''
    expect(readFileSync(join(home, aside)).equals(damaged)).toBe(true)
    expect(server.stderr()).toContain(`${home} as ${aside}`)
    const withKey = { headers: { 'Api-Key': key } }
    expect((await send(port, 'GET', '/v1/a', withKey)).status).toBe(404)
    expect((await send(port, 'PUT', '/v1/a', { ...withKey, body: 'new' })).status).toBe(201)
    await server.end('SIGTERM')
    expect((await launch(home).send('GET', '/v1/a')).text).toBe('new')
  })
})

// R5. Red: in src/main/storage/damage.ts return `damaged('…')` in place of `{ state: 'other' }`.
it.each([
  [
    'of a newer Larder',
    'INSERT INTO schema_migration SELECT max(number) + 1, \'099-later\', 1 FROM schema_migration',
    'was written by a newer Larder',
  ],
  [
    'of somebody else',
    'PRAGMA application_id = 7; DROP TABLE schema_migration; CREATE TABLE theirs (a)',
    'is not a larder.db of Larder',
  ],
])('r5 a larder.db %s ends the start with one line, and stays as it is', async (_, sql, sentence) => {
  const { home } = await usedHome()
  const database = new Sqlite(join(home, 'larder.db'))
  database.exec(sql)
  database.close()
  const before = readFileSync(join(home, 'larder.db'))
  const server = launch(home)
  expect((await server.ended).code).toBe(1)
  expect(server.stderr()).toMatch(oneLine)
  expect(server.stderr()).toContain(sentence)
  expect(readFileSync(join(home, 'larder.db')).equals(before)).toBe(true)
  expect(readdirSync(home).filter(name => name.includes('corrupt'))).toEqual([])
})

/** The command of a user whom permissions hold, or why there is none. */
function ordinaryUser(home: string): readonly string[] | string {
  const command = [process.execPath, script, 'serve']
  if (process.getuid?.() !== 0)
    return command
  const as = ['setpriv', '--reuid=65534', '--clear-groups'] as const
  try {
    execFileSync(as[0], [...as.slice(1), process.execPath, '--check', script], { stdio: 'pipe' })
  }
  catch (error) {
    return `nobody but root can be had here: ${messageOf(error)}`
  }
  for (const name of ['', ...readdirSync(home, { recursive: true, encoding: 'utf8' })])
    chownSync(join(home, name), 65534, -1)
  return [...as, ...command]
}

// R5. Red: in src/main/storage/database.ts drop the branch for SQLITE_READONLY.
it.skipIf(process.platform === 'win32')('r5 a larder.db that is read-only ends the start with one line', async () => {
  const { home } = await usedHome()
  const file = join(home, 'larder.db')
  const before = readFileSync(file)
  const command = ordinaryUser(home)
  if (typeof command === 'string') {
    process.stdout.write(`${command}\n`)
    return
  }
  chmodSync(file, 0o400)
  const server = launch(home, {}, command)
  expect((await server.ended).code).toBe(1)
  expect(server.stderr()).toBe(
    `larder: ${file} is read-only, so Larder cannot use it; make it writable, or choose another data folder\n`,
  )
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(readdirSync(home).filter(name => name.includes('corrupt'))).toEqual([])
})
