import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/shared/limits'
import { startLarder } from '../../helpers/start-larder'
import { asJson, createKey, manage, withKey } from './support'

const password = 'correct horse battery'
let larder: TestLarder

beforeEach(async () => {
  larder = await startLarder()
})
afterEach(async () => {
  vi.useRealTimers()
  await larder.dispose()
})

function signIn(body: unknown): Promise<Answer> {
  return larder.sendOpen('POST', '/admin/session', { headers: asJson, body: JSON.stringify(body) })
}
async function newCode(): Promise<{ code: string, url: string, expiresIn: number }> {
  return await manage(larder, 'POST', '/admin/session/code')
}
async function who(token: string): Promise<number> {
  return (await larder.sendOpen('GET', '/admin/session', { headers: { Authorization: `Bearer ${token}` } })).status
}
const statusesOf = (answers: Answer[]): number[] => answers.map(answer => answer.status).sort()

function expectRefusal(answer: Answer): void {
  expect([answer.status, answer.json().code]).toEqual([429, 'too-many-attempts'])
  const seconds = Number(answer.headers['retry-after'])
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(900)
}

describe('s10 guessing', () => {
  // Red: in src/main/admin/attempt-limiter.ts use `times.length > attempts`.
  it('refuses codes after 20 bad ones at once, while keys and sessions go on', async () => {
    const { token } = (await signIn({ code: (await newCode()).code })).json<{ token: string }>()
    const key = await createKey(larder, {})
    const fresh = await newCode()
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => signIn({ code: `guess-${i}` })))
    expect(statusesOf(answers)).toEqual([
      ...Array.from({ length: 20 }).fill(401),
      ...Array.from({ length: 20 }).fill(429),
    ])
    expectRefusal(await signIn({ code: 'one more' }))
    // 160 bits cannot be guessed, so attempts must not lock the owner out.
    expect((await signIn({ code: fresh.code })).status).toBe(201)
    expectRefusal(await signIn({ code: fresh.code }))

    expect(await who(token)).toBe(200)
    for (let i = 0; i < 50; i++)
      expect((await larder.sendOpen('GET', '/admin/session', { headers: withKey(`wrong-${i}`) })).status).toBe(401)
    expect((await larder.sendOpen('GET', '/admin/session', { headers: withKey(key.secret) })).status).toBe(200)
  })

  // Red: in src/main/admin/sign-in.ts count attempts by `name` instead of `user.id`.
  it('refuses a name after 20 bad passwords, however it is written, and no other name', async () => {
    for (const name of ['Ümlaut', 'other'])
      await manage(larder, 'POST', '/admin/users', { name, password })
    const spellings = ['Ümlaut', 'ümlaut', 'ÜMLAUT', 'U\u0308mlaut']
    const answers: Answer[] = []
    for (let i = 0; i < 20; i++)
      answers.push(await signIn({ name: spellings[i % spellings.length], password: `wrong password ${i}` }))
    expect(new Set(statusesOf(answers))).toEqual(new Set([401]))
    for (const name of spellings)
      expectRefusal(await signIn({ name, password }))
    expect((await signIn({ name: 'other', password })).status).toBe(201)
  })

  // Red: in src/main/admin/sign-in.ts refuse an unknown name before `passwords.verify`, with its
  // own message.
  it('tells an unknown name and a wrong password apart in nothing but the request', async () => {
    await manage(larder, 'POST', '/admin/users', { name: 'known', password })
    const [known, unknown] = [
      await signIn({ name: 'known', password: 'wrong password' }),
      await signIn({ name: 'nobody', password: 'wrong password' }),
    ]
    expect(known.status).toBe(401)
    expect(unknown.text).toBe(known.text)
    // The owner has no password yet, so no text is a valid one.
    const owner = await manage<{ user: { name: string } }>(larder, 'GET', '/admin/session')
    expect((await signIn({ name: owner.user.name, password: 'null' })).text).toBe(known.text)
  })
})

describe('s20 one-time code', () => {
  it('stands in the fragment of its link, which no server and no log gets to see', async () => {
    const { code, url, expiresIn } = await newCode()
    expect(new URL(url).hash).toBe(`#${code}`)
    expect(new URL(url).search).toBe('')
    expect(expiresIn).toBe(limits.codeLifetime)
    // At least 20 random bytes, which nobody guesses in ten minutes.
    expect(code.length).toBeGreaterThanOrEqual(26)
  })

  // Red: in src/main/admin/sign-in-codes.ts drop `codes.delete(digest)` from `redeem`.
  it('works once, also when it comes twice at once', async () => {
    const { code } = await newCode()
    const answers = await Promise.all([signIn({ code }), signIn({ code }), signIn({ code })])
    expect(statusesOf(answers)).toEqual([201, 401, 401])
    expect((await signIn({ code })).json().code).toBe('sign-in-failed')
  })

  // Red: in src/main/admin/sign-in-codes.ts drop `!hasPassed(clock, found.deadline)`.
  it('is refused after ten minutes by the clock', async () => {
    const [early, late] = [await newCode(), await newCode()]
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + (limits.codeLifetime - 5) * 1000 })
    expect((await signIn({ code: early.code })).status).toBe(201)
    vi.setSystemTime(Date.now() + 6000)
    expect((await signIn({ code: late.code })).status).toBe(401)
  })

  // Red: in src/main/admin/sessions.ts drop `sessions.delete(digest)` from `end`.
  it('opens a session that ends by sign-out and by idling, and that is no key of the whole server', async () => {
    const first = (await signIn({ code: (await newCode()).code })).json<{ token: string }>().token
    const second = (await signIn({ code: (await newCode()).code })).json<{ token: string }>().token
    expect(
      (await larder.sendOpen('DELETE', '/admin/session', { headers: { Authorization: `Bearer ${first}` } })).status,
    ).toBe(204)
    expect([await who(first), await who(second)]).toEqual([401, 200])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + (limits.sessionIdle + 1) * 1000 })
    expect(await who(second)).toBe(401)
  })

  // Red: in src/main/admin/administration.ts let the `create` of the codes log its result.
  it('is absent from the log', async () => {
    const { code } = await newCode()
    const { token } = (await signIn({ code })).json<{ token: string }>()
    await signIn({ code })
    const log = readFileSync(join(larder.home, 'logs/larder.log'), 'utf8')
    expect(log).toContain('"ready"')
    expect(log).not.toContain(code)
    expect(log).not.toContain(token)
  })
})
