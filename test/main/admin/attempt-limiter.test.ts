import { expect, it } from 'vitest'
import { createAttemptLimiter } from '../../../src/main/admin/attempt-limiter'
import { createManualClock } from '../../../src/main/base/clock'
import { LarderError } from '../../../src/shared/errors'
import { cheapPasswords, codeOf, mustBe, refusal, startAdministration } from './harness'

function tryMany(limiter: ReturnType<typeof createAttemptLimiter>, subject: string, times: number): number {
  let refused = 0
  for (let n = 0; n < times; n++) {
    try {
      limiter.begin(subject)
    }
    catch (error) {
      if (!(error instanceof LarderError))
        throw error
      refused++
    }
  }
  return refused
}

it('lets twenty bad attempts through in any fifteen minutes', () => {
  const clock = createManualClock()
  const limiter = createAttemptLimiter({ clock })
  expect(tryMany(limiter, 'ada', 10)).toBe(0)
  clock.advance(899_000)
  expect(tryMany(limiter, 'ada', 20)).toBe(10)
  clock.advance(1000)
  // The first ten are too old by now and the others are not: a fixed window would allow twenty.
  expect(tryMany(limiter, 'ada', 20)).toBe(10)
})

it('says when to come back, and means it', () => {
  const clock = createManualClock()
  const limiter = createAttemptLimiter({ clock })
  tryMany(limiter, 'ada', 20)
  clock.advance(60_500)
  try {
    limiter.begin('ada')
    expect.unreachable()
  }
  catch (error) {
    expect(error).toMatchObject({ code: 'too-many-attempts', retryAfter: 840 })
  }
  clock.advance(839_500)
  expect(tryMany(limiter, 'ada', 1)).toBe(0)
})

it('forgives right attempts, once each', () => {
  const limiter = createAttemptLimiter({ clock: createManualClock() })
  for (let n = 0; n < 100; n++)
    limiter.begin('ada').forgive()
  tryMany(limiter, 'ada', 18)
  const attempt = limiter.begin('ada')
  attempt.forgive()
  attempt.forgive()
  expect(tryMany(limiter, 'ada', 10)).toBe(8)
})

it('counts names apart and in bounded memory', () => {
  const limiter = createAttemptLimiter({ clock: createManualClock(), counters: 64 })
  tryMany(limiter, 'ada', 20)
  expect(tryMany(limiter, 'ada', 1)).toBe(1)
  let refused = 0
  for (let n = 0; n < 40; n++)
    refused += tryMany(limiter, `somebody ${n}`, 1)
  expect(refused).toBeLessThan(10)
  // Invented names fill the counters, but free none.
  for (let n = 0; n < 5000; n++)
    tryMany(limiter, `invented ${n}`, 1)
  expect(tryMany(limiter, 'ada', 1)).toBe(1)
})

it('does not forgive when the clock of the machine is set', () => {
  const clock = createManualClock()
  const limiter = createAttemptLimiter({ clock })
  tryMany(limiter, 'ada', 20)
  clock.jump(365 * 86_400_000)
  expect(tryMany(limiter, 'ada', 1)).toBe(1)
})

// S10. Red when `times.push(now)` in attempt-limiter.ts is removed.
it('stops guessing of passwords, for this name alone', async () => {
  const { call, authenticate, clock } = await startAdministration()
  await call('users.create', { name: 'Bob', password: 'a good password' })
  await call('users.create', { name: 'Eve', password: 'a good password' })
  const before = await call('session.create', { name: 'bob', password: 'a good password' }, null)
  const { secret } = await call('keys.create', { label: 'k' })

  const answers: string[] = []
  for (let n = 0; n < 25; n++)
    answers.push(await codeOf(call('session.create', { name: n % 2 ? 'BOB' : 'bob', password: 'wrong' }, null)))
  expect(answers).toEqual([
    ...Array.from({ length: 20 }).fill('sign-in-failed'),
    ...Array.from({ length: 5 }).fill('too-many-attempts'),
  ])
  expect(await refusal(call('session.create', { name: 'Bob', password: 'a good password' }, null))).toMatchObject({
    code: 'too-many-attempts',
    retryAfter: 900,
  })

  expect(authenticate(before.token)).toBeDefined()
  expect(authenticate(secret)).toBeDefined()
  await call('session.create', { name: 'Eve', password: 'a good password' }, null)
  clock.advance(900_000)
  await call('session.create', { name: 'Bob', password: 'a good password' }, null)
})

// S10. Red when `times.push(now)` in attempt-limiter.ts moves to after the outcome, into a `fail()`
// called after verify.
it('counts attempts that are made at once', async () => {
  const { call } = await startAdministration()
  await call('users.create', { name: 'bob', password: 'a good password' })
  // The last guess is right, but must not be checked.
  const guesses = [...Array.from({ length: 59 }, (_, n) => `wrong ${n}`), 'a good password']
  const answers = await Promise.all(guesses.map(password =>
    codeOf(call('session.create', { name: 'bob', password }, null))))
  expect(answers.filter(code => code === 'sign-in-failed')).toHaveLength(20)
  expect(answers.slice(20)).toEqual(Array.from({ length: 40 }).fill('too-many-attempts'))
})

it('treats unknown names like known ones', async () => {
  const { call } = await startAdministration()
  await call('users.create', { name: 'Bob', password: 'a good password' })
  for (const name of ['Bob', 'nobody', '__proto__', 'ada']) {
    const answers = []
    for (let n = 0; n < 21; n++) {
      answers.push(await call(
        'session.create',
        { name, password: 'wrong' },
        null,
      ).catch((error: LarderError) => error.code + error.message))
    }
    expect(new Set(answers)).toEqual(new Set([
      'sign-in-failedName or password is wrong.',
      'too-many-attemptsToo many attempts. Try again in 900 seconds.',
    ]))
  }
})

// S10. Red when `codeAttempts.begin('code')` in sign-in.ts is removed, or moved to before
// `codes.redeem(code)`.
it('stops guessing of codes, and keeps nobody from a right one', async () => {
  const { call, authenticate } = await startAdministration()
  const good = await call('session.code')
  const used = await call('session.code')
  const session = await call('session.create', { code: used.code }, null)
  const answers: string[] = []
  for (let n = 0; n < 22; n++)
    answers.push(await codeOf(call('session.create', { code: `guess${n}` }, null)))
  expect(answers.filter(code => code === 'sign-in-failed')).toHaveLength(20)
  expect(answers.slice(20)).toEqual(['too-many-attempts', 'too-many-attempts'])
  const { token } = await call('session.create', { code: good.code }, null)
  expect(mustBe(authenticate(token)).kind).toBe('session')
  expect(await codeOf(call('session.create', { code: good.code }, null))).toBe('too-many-attempts')
  expect(mustBe(authenticate(session.token)).kind).toBe('session')
})

// S10. Red when `user ? userAttempts.begin(user.id) :` in sign-in.ts is removed: invented names
// then fill a user's counter.
it('lets nobody lock a user out by names that nobody has', async () => {
  const verify = async (text: string, stored: string | null): Promise<boolean> =>
    stored !== null && await cheapPasswords.verify(text, stored)
  const { call } = await startAdministration({ passwords: { ...cheapPasswords, verify } })
  await call('users.create', { name: 'Bob', password: 'a good password' })
  // Twenty and more for each counter: with 45 on average, one run in 100,000 leaves one below.
  for (let n = 0; n < 4096 * 45; n++)
    await call('session.create', { name: `invented ${n}`, password: 'wrong' }, null).catch(() => {})
  const late = call('session.create', { name: 'never tried', password: 'wrong' }, null)
  expect(await codeOf(late)).toBe('too-many-attempts')
  await call('session.create', { name: 'bob', password: 'a good password' }, null)
})

// S10. Red when `registrations.begin('registration')` in users.ts is removed.
it('stops endless registration, but not by an administrator', async () => {
  const { call } = await startAdministration()
  for (let n = 0; n < 20; n++)
    await call('users.create', { name: `user ${n}`, password: 'a good password' }, null)
  expect(await refusal(call('users.create', { name: 'one more', password: 'a good password' }, null))).toMatchObject({
    code: 'too-many-attempts',
    retryAfter: 900,
  })
  await call('users.create', { name: 'one more', password: 'a good password' })
})
