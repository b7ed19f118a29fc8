import type { Sessions } from '../../../src/main/admin/sessions'
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createSessions } from '../../../src/main/admin/sessions'
import { createUserDirectory } from '../../../src/main/admin/user-directory'
import { createManualClock } from '../../../src/main/base/clock'
import { createLogger } from '../../../src/main/base/logger'
import { LarderError } from '../../../src/shared/errors'
import { aUser } from '../../contract/metadata'
import { createMemoryMetadata } from '../../helpers/memory-metadata'
import { codeOf, mustBe, startAdministration } from './harness'

const password = 'a good password'
const minute = 60_000
const user = aUser()
const full = (): LarderError => new LarderError('storage-full', 'It cannot be written.')

/** Sessions of one user; `restart` makes them anew from what is stored. */
function setUp() {
  const metadata = createMemoryMetadata()
  metadata.users.insert(user)
  const clock = createManualClock()
  const log: string[] = []
  const running: Sessions[] = []
  /** What a killed process leaves behind, unless the sessions are disposed of first. */
  function open(): Sessions {
    const logger = createLogger(line => log.push(line), clock.wall)
    const sessions = createSessions({ metadata, users: createUserDirectory(metadata), clock, logger })
    running.push(sessions)
    return sessions
  }
  onTestFinished(() => running.forEach(sessions => void sessions.dispose()))
  const put = metadata.sessions.put
  let writes = 0
  metadata.sessions.put = (record) => {
    writes++
    put(record)
  }
  return { metadata, clock, log, open, writes: () => writes }
}

describe('sessions over a restart', () => {
  // Red: in src/main/admin/sessions.ts leave the loop over `metadata.sessions.list()` out.
  it.each(['stopped', 'killed'] as const)('go on if the process was %s, with digests alone in the metadata', (how) => {
    const { metadata, clock, open } = setUp()
    const before = open()
    const token = before.start(user)
    clock.advance(10 * minute)
    expect(before.verify(token)).toMatchObject({ kind: 'session', userId: user.id })
    if (how === 'stopped')
      before.dispose()
    else
      before.writeBack()
    const digest = createHash('sha256').update(token).digest('base64url')
    expect(metadata.sessions.list()).toEqual([
      { id: digest, userId: user.id, idleUntil: clock.wall() + 30 * minute },
    ])
    expect(JSON.stringify(metadata.sessions.list())).not.toContain(token.slice(3))
    const after = open()
    clock.advance(30 * minute - 1)
    expect(after.verify(token)).toMatchObject({ kind: 'session', userId: user.id, admin: false })
    clock.advance(30 * minute)
    expect(after.verify(token)).toBeUndefined()
    after.writeBack()
    expect(metadata.sessions.list()).toEqual([])
  })

  // Red: call `writeBack` in `verify`.
  it('are written at a sign-in, and then once a minute however often they are used', () => {
    const { clock, open, writes } = setUp()
    const sessions = open()
    const token = sessions.start(user)
    expect(writes()).toBe(1)
    for (let n = 0; n < 1000; n++) {
      clock.advance(50)
      sessions.verify(token)
    }
    expect(writes()).toBe(1)
    sessions.writeBack()
    sessions.writeBack()
    expect(writes()).toBe(2)
    // An idle session has nothing new to write.
    clock.advance(minute)
    sessions.writeBack()
    expect(writes()).toBe(2)
  })

  it('count the idle time of a crash from the last use that was written', () => {
    const { clock, open } = setUp()
    const before = open()
    const token = before.start(user)
    clock.advance(minute - 1)
    before.verify(token)
    const after = open()
    clock.advance(29 * minute)
    expect(after.peek(token)).toBeDefined()
    clock.advance(1)
    expect(after.peek(token)).toBeUndefined()
  })

  // Red: each of these alone, in src/main/admin/sessions.ts – `left` without `Math.min`; no
  // `writeBack` after the loop.
  it('get half an hour at most by a clock that is set back, however often the process is killed', () => {
    const { clock, open } = setUp()
    const token = open().start(user)
    clock.jump(-24 * 60 * minute)
    expect(open().peek(token)).toBeDefined()
    clock.advance(20 * minute)
    const last = open()
    clock.advance(10 * minute - 1)
    expect(last.peek(token)).toBeDefined()
    clock.advance(1)
    expect(last.peek(token)).toBeUndefined()
  })

  // Red: in `write` store `deadline.wall`.
  it('have the rest of their idle time after a clock was set back while they were in use', () => {
    const { clock, open } = setUp()
    const before = open()
    const token = before.start(user)
    clock.advance(20 * minute)
    clock.jump(-60 * minute)
    before.dispose()
    const after = open()
    clock.advance(10 * minute)
    expect(after.peek(token)).toBeUndefined()
  })

  it('end while the machine is off', () => {
    const { clock, open } = setUp()
    const before = open()
    const token = before.start(user)
    before.dispose()
    clock.suspend(30 * minute)
    expect(open().peek(token)).toBeUndefined()
  })

  // Red: in `drop` leave `ended.add` out.
  it('stay ended by sign-out, and by the hundred of a user', () => {
    const { clock, open, metadata } = setUp()
    const before = open()
    const tokens = Array.from({ length: 100 }, () => {
      clock.advance(1)
      return before.start(user)
    })
    // The order of their use outlives the restart too.
    clock.advance(2000)
    before.verify(mustBe(tokens[0]))
    before.dispose()
    const after = open()
    after.start(user)
    expect(tokens.filter(token => !after.peek(token))).toEqual([tokens[1]])
    after.end(mustBe(after.peek(mustBe(tokens[2]))))
    expect(metadata.sessions.list()).toHaveLength(99)
    const last = open()
    expect(tokens.filter(token => !last.peek(token))).toEqual([tokens[1], tokens[2]])
  })

  it('of users who are gone or disabled are not taken up', () => {
    const { open, metadata } = setUp()
    const token = open().start(user)
    metadata.users.update(user.id, { disabled: true })
    expect(open().peek(token)).toBeUndefined()
    metadata.users.update(user.id, { disabled: false })
    expect(open().peek(token)).toBeUndefined()
  })
})

describe('sessions on a disk that takes no write', () => {
  // Red: in src/main/admin/sessions.ts write by `metadata.sessions.put` alone.
  it('hold for this run, and are written when the disk has room', () => {
    const { metadata, open } = setUp()
    const before = open()
    metadata.failNextWrite(full())
    const token = before.start(user)
    expect(before.verify(token)).toBeDefined()
    expect(metadata.sessions.list()).toEqual([])
    metadata.runKept()
    expect(open().peek(token)).toBeDefined()
  })

  it('can be signed out, and stay so when the disk has room', () => {
    const { metadata, open } = setUp()
    const before = open()
    const token = before.start(user)
    metadata.failNextWrite(full())
    before.end(mustBe(before.peek(token)))
    expect(before.peek(token)).toBeUndefined()
    expect(metadata.sessions.list()).toHaveLength(1)
    metadata.runKept()
    expect(metadata.sessions.list()).toEqual([])
  })

  it('are written a minute later if a write failed for another reason, which is logged', () => {
    const { metadata, open, log } = setUp()
    const sessions = open()
    metadata.failNextWrite(new Error('database is malformed'))
    const token = sessions.start(user)
    expect(sessions.verify(token)).toBeDefined()
    expect(log.join()).toContain('database is malformed')
    sessions.writeBack()
    expect(metadata.sessions.list()).toHaveLength(1)
  })
})

describe('sessions of a user, after a restart', () => {
  /** A user with two sessions, in a process that has just read them. */
  async function restarted() {
    const clock = createManualClock()
    const first = await startAdministration({ clock })
    const { id } = await first.call('users.create', { name: 'bob', password })
    const tokens = [0, 1].map(async () => (await first.call('session.create', { name: 'bob', password }, null)).token)
    const [mine, other] = await Promise.all(tokens) as [string, string]
    const again = await startAdministration({ clock, metadata: first.metadata })
    const isIn = (): boolean[] => [mine, other].map(token => again.authenticate(token) !== undefined)
    expect(isIn()).toEqual([true, true])
    /** Whether they are signed in after one more restart. */
    async function isInLater(): Promise<boolean[]> {
      const later = await startAdministration({ clock, metadata: first.metadata })
      return [mine, other].map(token => later.authenticate(token) !== undefined)
    }
    return { ...again, id, mine, other, isIn, isInLater }
  }

  // Red: in src/main/admin/users.ts leave `ending?.write()` out.
  it('end by a new password, but for the one that set it', async () => {
    const { call, authenticate, id, mine, isIn, isInLater } = await restarted()
    await call('users.update', { id, password: 'another password' }, mustBe(authenticate(mine)))
    expect([isIn(), await isInLater()]).toEqual([[true, false], [true, false]])
  })

  it.each([
    ['an administrator\'s reset', { password: 'another password' }],
    ['being disabled', { disabled: true }],
  ])('end by %s, also when the user is let in again', async (_, change) => {
    const { call, id, isIn, isInLater } = await restarted()
    await call('users.update', { id, ...change })
    expect([isIn(), await isInLater()]).toEqual([[false, false], [false, false]])
    await call('users.update', { id, disabled: false })
    expect([isIn(), await isInLater()]).toEqual([[false, false], [false, false]])
  })

  it('end with the user', async () => {
    const { call, id, isIn, isInLater, metadata } = await restarted()
    await call('users.delete', { id })
    expect([isIn(), await isInLater()]).toEqual([[false, false], [false, false]])
    expect(metadata.sessions.list()).toEqual([])
  })

  it('end by sign-out alone', async () => {
    const { call, authenticate, mine, isIn, isInLater } = await restarted()
    await call('session.delete', {}, mustBe(authenticate(mine)))
    expect([isIn(), await isInLater()]).toEqual([[false, true], [false, true]])
  })

  it('have the rights that the user has now', async () => {
    const { call, authenticate, id, mine } = await restarted()
    await call('users.update', { id, admin: true })
    expect(mustBe(authenticate(mine)).admin).toBe(true)
  })

  it('stay where the change that would end them cannot be written', async () => {
    const { call, id, metadata, isIn } = await restarted()
    metadata.failNextWrite(full())
    expect(await codeOf(call('users.update', { id, password: 'another password' }))).toBe('storage-full')
    expect(isIn()).toEqual([true, true])
  })
})

it('takes no digest for a token', () => {
  const { open } = setUp()
  const sessions = open()
  const token = sessions.start(user)
  const digest = createHash('sha256').update(token).digest('base64url')
  for (const guess of [digest, `ls_${digest}`, Buffer.from(digest, 'base64url').toString('latin1'), 'ls_', ''])
    expect(sessions.verify(guess)).toBeUndefined()
})
