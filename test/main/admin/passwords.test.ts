import { expect, it } from 'vitest'
import { createPasswords } from '../../../src/main/admin/passwords'
import { createTurnstile } from '../../../src/main/admin/turnstile'
import { timed } from '../../helpers/durations'

it('hashes by scrypt at full cost, with a salt', async () => {
  const passwords = createPasswords()
  const [one, two] = await Promise.all([
    passwords.hash('a good password', 'ada'),
    passwords.hash('a good password', 'ada'),
  ])
  expect(one).toMatch(/^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
  expect(one).not.toBe(two)
  expect(await passwords.verify('a good password', one)).toBe(true)
  expect(await passwords.verify('a good passwore', one)).toBe(false)
})

it('verifies hashes of another cost', async () => {
  const stored = await createPasswords({ cost: 1024 }).hash('secret', 'ada')
  expect(await createPasswords({ cost: 16 }).verify('secret', stored)).toBe(true)
})

it.each([
  '',
  'scrypt',
  'scrypt$16$8$1$$',
  'md5$16$8$1$AAAA$AAAA',
  'scrypt$15$8$1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
])('fails on an unreadable hash: %s', async (stored) => {
  await expect(createPasswords({ cost: 16 }).verify('secret', stored)).rejects.toThrow()
})

// S10. Red: in src/main/admin/passwords.ts let `compareWithNothing` use a turn for each caller.
it('turns guesses at one name away beyond its queue, and has one computation for all names that do not exist', async () => {
  const passwords = createPasswords({ cost: 16 })
  const stored = await passwords.hash('a good password', 'ada')
  const guesses = async (against: string | null): Promise<[rejected: number, wrong: number]> => {
    const outcomes = await Promise.allSettled(Array.from({ length: 70 }, () => passwords.verify('wrong', against)))
    const wrong = outcomes.filter(outcome => outcome.status === 'fulfilled' && !outcome.value)
    return [outcomes.length - wrong.length, wrong.length]
  }
  expect(await guesses(stored)).toEqual([48, 22])
  expect(await guesses(null)).toEqual([0, 70])
})

// S10. Red when `compareWithNothing` in passwords.ts becomes an early `return false`.
it.skipIf(!timed)('takes as long for nobody as for a wrong password', async () => {
  const passwords = createPasswords({ cost: 2 ** 13 })
  const stored = await passwords.hash('a good password', 'ada')
  async function time(against: string | null): Promise<number> {
    const start = performance.now()
    await passwords.verify('wrong', against)
    return performance.now() - start
  }
  const wrong: number[] = []
  const nobody: number[] = []
  for (let n = 0; n < 9; n++) {
    wrong.push(await time(stored))
    nobody.push(await time(null))
  }
  expect(await passwords.verify('', null)).toBe(false)
  // The fastest of each, because on a busy machine the others measure its load.
  expect(Math.min(...nobody)).toBeGreaterThan(Math.min(...wrong) / 3)
})

it('works at two places, in order, and turns away beyond its queue', async () => {
  const turn = createTurnstile(2, 3)
  let running = 0
  let most = 0
  const order: number[] = []
  const work = (n: number) => turn(async () => {
    running++
    most = Math.max(most, running)
    await new Promise(resolve => setImmediate(resolve))
    order.push(n)
    running--
    if (n === 1)
      throw new Error('failed')
  })
  const outcomes = await Promise.allSettled([0, 1, 2, 3, 4, 5, 6].map(work))
  expect(most).toBe(2)
  expect(order).toEqual([0, 1, 2, 3, 4])
  expect(outcomes.map(outcome => outcome.status === 'rejected' ? outcome.reason.message : 'ok')).toEqual([
    'ok',
    'failed',
    'ok',
    'ok',
    'ok',
    expect.stringContaining('Too many attempts'),
    expect.stringContaining('Too many attempts'),
  ])
  await work(7)
  expect(order.at(-1)).toBe(7)
})

/** A turnstile with all places held until `open`; records whose work ran, in order. */
function createHeld(places: number, queue: number) {
  const turn = createTurnstile(places, queue)
  const order: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const ask = (subject: string): Promise<string> => turn(async () => {
    await promise
    order.push(subject)
    return subject
  }, subject).catch((error: Error) => error.message)
  return { ask, order, open: resolve }
}

// S10. Red: each of these alone, in src/main/admin/turnstile.ts – compare the waiting work of all
// subjects with `queue`; in `leave` let a subject with more work keep its place in front.
it('gives each subject a queue of its own, and lets them take turns', async () => {
  const { ask, order, open } = createHeld(1, 5)
  const flood = Array.from({ length: 50 }, () => ask('flood'))
  const others = ['ada', 'bob', 'ada'].map(ask)
  open()
  expect((await Promise.all(flood)).filter(answer => answer === 'flood')).toHaveLength(6)
  expect(await Promise.all(others)).toEqual(['ada', 'bob', 'ada'])
  expect(order.slice(0, 6)).toEqual(['flood', 'flood', 'ada', 'bob', 'flood', 'ada'])
})

// S10. Red: in src/main/admin/passwords.ts let `verify` compute each time for names that nobody
// has, as for others.
it('computes once for all names that nobody has and that wait together', async () => {
  const passwords = createPasswords({ cost: 2 ** 4 })
  const stored = await passwords.hash('a good password', 'ada')
  const flood = Array.from({ length: 5000 }, (_, n) => passwords.verify(`guess ${n}`, null))
  expect(await passwords.verify('a good password', stored)).toBe(true)
  expect(new Set(await Promise.all(flood))).toEqual(new Set([false]))
})
