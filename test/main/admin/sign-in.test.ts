import { expect, it } from 'vitest'
import { LarderError } from '../../../src/shared/errors'
import { cheapPasswords, codeOf, mustBe, refusal, startAdministration } from './harness'

const password = 'a good password'

it('signs in by name and password, whatever way they were typed', async () => {
  const { call, authenticate } = await startAdministration()
  const user = await call('users.create', { name: 'Zoë', password: 'pässword' })
  const session = await call('session.create', { name: 'ZOE\u0308', password: 'pa\u0308ssword' }, null)
  expect(session).toMatchObject({ idleTimeout: 1800, user })
  expect(session.token).toMatch(/^ls_[0-9A-Za-z]{43}$/)
  expect(await call(
    'session.get',
    {},
    mustBe(authenticate(session.token)),
  )).toEqual({ user, credential: 'session', scopes: ['read', 'write', 'admin'], caches: null })
})

it.each([
  ['wrong password', { name: 'bob', password: 'a bad password' }, 'sign-in-failed'],
  ['password in other case', { name: 'bob', password: 'A good password' }, 'sign-in-failed'],
  ['unknown name', { name: 'nobody', password }, 'sign-in-failed'],
  ['owner without a password', { name: 'ada', password }, 'sign-in-failed'],
  ['lone surrogate', { name: '\uD800', password }, 'sign-in-failed'],
  ['wrong code', { code: 'x' }, 'sign-in-failed'],
  ['code and password', { code: 'x', name: 'bob', password }, 'invalid-input'],
  ['nothing', {}, 'invalid-input'],
  ['no password', { name: 'bob' }, 'invalid-input'],
  ['wrong type', { code: 1 }, 'invalid-input'],
  ['long code', { code: 'x'.repeat(129) }, 'invalid-input'],
])('refuses to sign in: %s', async (_, input, code) => {
  const { call } = await startAdministration()
  await call('users.create', { name: 'bob', password })
  expect(await codeOf(call('session.create', input, null))).toBe(code)
})

it('refuses the old password to whoever checks it while it changes', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const verify = async (text: string, stored: string | null): Promise<boolean> => {
    const right = await cheapPasswords.verify(text, stored)
    await promise
    return right
  }
  const { call } = await startAdministration({ passwords: { ...cheapPasswords, verify } })
  const { id } = await call('users.create', { name: 'bob', password })
  const signIn = codeOf(call('session.create', { name: 'bob', password }, null))
  await call('users.update', { id, password: 'another password' })
  resolve()
  expect(await signIn).toBe('sign-in-failed')
  await call('session.create', { name: 'bob', password: 'another password' }, null)
})

it('does not count what was turned away unread', async () => {
  const verify = async (): Promise<boolean> => {
    throw new LarderError('overloaded', 'Too much of this at once.')
  }
  const { call } = await startAdministration({ passwords: { ...cheapPasswords, verify } })
  for (let n = 0; n < 30; n++)
    expect(await codeOf(call('session.create', { name: 'ada', password }, null))).toBe('overloaded')
})

it('ends idle sessions after half an hour, used ones not', async () => {
  const { call, authenticate, clock } = await startAdministration()
  const { token } = await call('session.create', { code: (await call('session.code')).code }, null)
  for (let n = 0; n < 5; n++) {
    clock.advance(1_799_000)
    expect(authenticate(token)).toBeDefined()
  }
  clock.advance(1_800_000)
  expect(authenticate(token)).toBeUndefined()
  clock.jump(-3_600_000)
  expect(authenticate(token)).toBeUndefined()
})

it('a connection that stays open does not keep its session from idling out', async () => {
  const { call, administration, clock } = await startAdministration()
  const { stillHolds } = administration.authenticator
  const { token } = await call('session.create', { code: (await call('session.code')).code }, null)
  for (let minute = 0; minute < 29; minute++) {
    clock.advance(60_000)
    expect(stillHolds(token)).toBeDefined()
  }
  // Red when stillHolds calls sessions.verify.
  clock.advance(60_000)
  expect(stillHolds(token)).toBeUndefined()
})

it('what the console asks with nobody at it does not keep a session from idling out', async () => {
  const { call, administration, authenticate, clock } = await startAdministration()
  const { token } = await call('session.create', { code: (await call('session.code')).code }, null)
  for (let minute = 0; minute < 29; minute++) {
    clock.advance(60_000)
    expect(administration.authenticator.authenticate(token, false)).toBeDefined()
  }
  // Red when authenticate always calls sessions.verify.
  clock.advance(60_000)
  expect(authenticate(token)).toBeUndefined()
})

it('does not prolong a session when the clock is set back, or the machine sleeps', async () => {
  const { call, authenticate, clock } = await startAdministration()
  const sessions = await Promise.all([0, 1].map(async () =>
    call('session.create', { code: (await call('session.code')).code }, null)))
  const [first, second] = sessions.map(({ token }) => token)
  clock.jump(-86_400_000)
  clock.advance(1_800_000)
  expect(authenticate(mustBe(first))).toBeUndefined()
  clock.jump(86_400_000)
  expect(authenticate(mustBe(second))).toBeUndefined()
  const { token } = await call('session.create', { code: (await call('session.code')).code }, null)
  clock.suspend(28_800_000)
  expect(authenticate(token)).toBeUndefined()
})

it('signs out this session alone', async () => {
  const { call, authenticate } = await startAdministration()
  await call('users.create', { name: 'bob', password })
  const [one, two] = [
    await call('session.create', { name: 'bob', password }, null),
    await call('session.create', { name: 'bob', password }, null),
  ]
  expect(await call('session.delete', {}, mustBe(authenticate(one.token)))).toBeUndefined()
  expect(authenticate(one.token)).toBeUndefined()
  expect(authenticate(two.token)).toBeDefined()
  const { secret } = await call('keys.create', { label: 'k' })
  await call('session.delete', {}, mustBe(authenticate(secret)))
  expect(authenticate(secret)).toBeDefined()
})

it('signs out a request whose rights changed under way', async () => {
  const { call, authenticate } = await startAdministration()
  const { id } = await call('users.create', { name: 'bob', password })
  const { token } = await call('session.create', { name: 'bob', password }, null)
  const early = mustBe(authenticate(token))
  await call('users.update', { id, admin: true })
  await call('session.delete', {}, early)
  expect(authenticate(token)).toBeUndefined()
})

it('ends the other sessions and the codes of a user whose password changed', async () => {
  const { call, authenticate } = await startAdministration()
  const { id } = await call('users.create', { name: 'bob', password })
  const tokens = await Promise.all([0, 1, 2].map(async () =>
    (await call('session.create', { name: 'bob', password }, null)).token))
  const [mine, ...others] = tokens.map(token => mustBe(authenticate(token)))
  const { code } = await call('session.code', {}, mustBe(others[0]))
  const ownersCode = await call('session.code')
  await call('users.update', { id, password: 'another password' }, mustBe(mine))
  expect(tokens.map(token => authenticate(token) !== undefined)).toEqual([true, false, false])
  expect(await codeOf(call('session.create', { code }, null))).toBe('sign-in-failed')
  await call('users.update', { id, password })
  expect(authenticate(mustBe(tokens[0]))).toBeUndefined()
  await call('session.create', { code: ownersCode.code }, null)
})

it('keeps at most a hundred sessions a user, the newest used', async () => {
  const { call, authenticate } = await startAdministration()
  const tokens: string[] = []
  for (let n = 0; n < 100; n++)
    tokens.push((await call('session.create', { code: (await call('session.code')).code }, null)).token)
  expect(authenticate(mustBe(tokens[0]))).toBeDefined()
  await call('session.create', { code: (await call('session.code')).code }, null)
  expect(tokens.map(token => authenticate(token) === undefined).indexOf(true)).toBe(1)
  expect(tokens.filter(token => !authenticate(token))).toHaveLength(1)
})

// S20. Red when `codes.delete(digest)` in `redeem` of sign-in-codes.ts is removed.
it('takes a one-time code once', async () => {
  const { call } = await startAdministration()
  const { code, url, expiresIn } = await call('session.code')
  expect({ url, expiresIn }).toEqual({ url: `http://localhost:7777/#${code}`, expiresIn: 600 })
  const outcomes = await Promise.allSettled([0, 1, 2].map(() => call('session.create', { code }, null)))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
})

// S20. Red when `!hasPassed(clock, found.deadline)` in sign-in-codes.ts becomes `true`.
it.each(['advance', 'suspend'] as const)('takes a one-time code for ten minutes (%s)', async (pass) => {
  const { call, clock } = await startAdministration()
  const { code } = await call('session.code')
  const late = await call('session.code')
  clock[pass](599_000)
  await call('session.create', { code }, null)
  clock[pass](1000)
  expect(await codeOf(call('session.create', { code: late.code }, null))).toBe('sign-in-failed')
})

it('keeps the newest ten codes a user', async () => {
  const { call, signIn } = await startAdministration()
  await call('users.create', { name: 'bob', password })
  const bob = await signIn('bob', password)
  const { code: ownersCode } = await call('session.code')
  const codes: string[] = []
  for (let n = 0; n < 12; n++)
    codes.push((await call('session.code', {}, bob)).code)
  const outcomes = await Promise.all(codes.map(code =>
    call('session.create', { code }, null).then(() => true, () => false)))
  expect(outcomes.indexOf(true)).toBe(2)
  await call('session.create', { code: ownersCode }, null)
})

it.each(['session.get', 'session.delete', 'session.code'] as const)('%s needs a credential', async (name) => {
  const { call } = await startAdministration()
  expect(await refusal(call(name, {}, null))).toMatchObject({ code: 'key-missing' })
})
