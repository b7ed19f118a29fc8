import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { dataOperations } from '../../../src/shared/data-operations'
import { LarderError } from '../../../src/shared/errors'
import { callOf, principalOf, setUp } from './setup'

/** Returns the code of the error that the work throws or rejects with. */
async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  }
  catch (error) {
    if (error instanceof LarderError)
      return error.code
    throw error
  }
  return 'none'
}

// Red: in src/main/serving/access.ts wrap the result of `open`, as in `{ ...mount.served }`.
it('hands out the engine\'s own cache where no layer applies', () => {
  const { serving, engine } = setUp([{ applies: () => false, wrap: () => expect.unreachable() }])
  const [cache] = engine.list()
  expect(serving.open(callOf(), 'c')).toBe(cache)
})

// Red: in src/main/serving/access.ts leave out one of the checks of `open`.
it.each([
  ['nobody', { principal: null }, 'c', 'key-missing'],
  ['somebody else', { principal: principalOf({ userId: 'bob' }) }, 'c', 'cache-not-found'],
  [
    'a cache beyond the reach of the key',
    { principal: principalOf({ caches: new Set(['other']) }) },
    'c',
    'out-of-scope',
  ],
  ['a cache within its reach', { principal: principalOf({ caches: new Set(['c']) }) }, 'c', 'none'],
  ['no such cache', {}, 'nope', 'cache-not-found'],
  ['a name of objects', {}, '__proto__', 'cache-not-found'],
])('open: %s', async (_, change, name, code) => {
  const { serving } = setUp()
  expect(await codeOf(() => serving.open(callOf(change), name))).toBe(code)
})

it('notes whose cache is concerned, also where it refuses', async () => {
  const { serving, mount } = setUp()
  const found = callOf()
  serving.open(found, 'c')
  expect(found).toMatchObject({ space: principalOf().userId, cache: 'c', found: mount.cache })
  const refused = callOf()
  await codeOf(() => serving.open(refused, 'nope'))
  expect(refused).toMatchObject({ space: principalOf().userId, cache: 'nope', found: null })
})

// Red: in src/main/serving/access.ts drop `requireScope` from `admit`.
it.each(Object.entries(dataOperations))('%s is admitted by its scope', async (operation, { scope }) => {
  const { serving } = setUp()
  for (const other of ['read', 'write'] as const) {
    let ran = false
    const call = callOf({
      operation: operation as keyof typeof dataOperations,
      principal: principalOf({ scopes: [other] }),
    })
    expect(await codeOf(() => serving.admit(
      call,
      () => void (ran = true),
    ))).toBe(other === scope ? 'none' : 'out-of-scope')
    expect(ran).toBe(other === scope)
  }
})

// Red: in src/main/serving/access.ts drop `cache.get(key)`, or count even without a key.
it.each(['everything', 'the cache'])('%s off turns a call away, and counts a read of a key', async (what) => {
  const { serving, caches, mount } = setUp()
  const code = what === 'everything' ? 'caching-off' : 'cache-off'
  if (what === 'everything')
    caches.enabled = false
  else
    void caches.configure(mount, { enabled: false })
  expect(await codeOf(() => serving.open(callOf(), 'c', 'k'))).toBe(code)
  expect(await codeOf(() => serving.open(callOf(), 'c'))).toBe(code)
  expect(mount.cache.statistics().misses.disabled).toBe(1)
})

// Red: in src/main/serving/access.ts let `whileOff` rethrow, or run writes too.
it('while all is off, nothing else is wrong with a call', async () => {
  const { serving, caches, mount } = setUp()
  caches.enabled = false
  const wrong = (): never => {
    throw new LarderError('bad-encoding', 'key: must be percent-encoded UTF-8')
  }
  expect(await codeOf(() => serving.admit(callOf(), wrong))).toBe('caching-off')
  expect(await codeOf(() => serving.admit(callOf(), call => void serving.open(call, 'nope', 'k')))).toBe('caching-off')
  expect(await codeOf(() => serving.admit(callOf(), call => void serving.open(call, 'c', 'k')))).toBe('caching-off')
  let ran = false
  expect(await codeOf(() => serving.admit(
    callOf({ operation: 'entries.put' }),
    () => void (ran = true),
  ))).toBe('caching-off')
  expect([ran, mount.cache.statistics().misses.disabled]).toEqual([false, 1])
  await expect(async () => serving.admit(callOf(), () => {
    throw new Error('a bug')
  })).rejects.toThrow('a bug')
})

const fromConsole = { principal: principalOf({ kind: 'session', keyId: null }) }
const control = { principal: principalOf({ kind: 'control', keyId: null }) }

// Red: in src/main/serving/access.ts let `open` ask for `isConsole`, or `look` not.
describe.each(['everything', 'the cache'])('%s off', (what) => {
  const off = what === 'everything' ? 'caching-off' : 'cache-off'

  it.each([
    ['an app', {}, 'look', off, 0],
    ['an app', {}, 'open', off, 1],
    ['the console', fromConsole, 'look', 'none', 0],
    ['the console', fromConsole, 'open', off, 0],
    ['the command line', control, 'look', 'none', 0],
    ['the command line', control, 'open', off, 0],
    ['the console as an app', { ...fromConsole, asApp: true }, 'look', off, 0],
    ['the console as an app', { ...fromConsole, asApp: true }, 'open', off, 1],
    ['a key for the run', { principal: principalOf({ kind: 'environment', keyId: null }) }, 'look', off, 0],
    ['nobody', { principal: principalOf({ kind: 'anonymous', keyId: null }) }, 'look', off, 0],
  ] as const)('%s %j: %s gets %s, and %i is counted', async (_, change, how, code, counted) => {
    const { serving, caches, mount } = setUp()
    if (what === 'everything')
      caches.enabled = false
    else
      void caches.configure(mount, { enabled: false })
    expect(await codeOf(() => serving.admit(callOf(change), call =>
      void (how === 'look' ? serving.look(call, 'c') : serving.open(call, 'c', 'k'))))).toBe(code)
    expect(mount.cache.statistics().misses.disabled).toBe(counted)
  })

  it('lets the console write no more than apps', async () => {
    const { serving, caches, mount } = setUp()
    if (what === 'everything')
      caches.enabled = false
    else
      void caches.configure(mount, { enabled: false })
    expect(await codeOf(() => serving.admit(
      callOf({ ...fromConsole, operation: 'entries.put' }),
      call => void serving.open(call, 'c'),
    ))).toBe(off)
  })
})

it('while all is off, the console learns what is wrong with what it reads', async () => {
  const { serving, caches } = setUp()
  caches.enabled = false
  const code = await codeOf(() => serving.admit(callOf(fromConsole), call => void serving.look(call, 'nope')))
  expect(code).toBe('cache-not-found')
})

it('a cache that was deleted is not there, and the new one of its name is another', async () => {
  const { serving, caches, mount } = setUp()
  await serving.open(callOf(), 'c').set('k', Buffer.from('v'), undefined, callOf())
  const { definition } = mount.cache
  expect(caches.close(definition.id)).toBe(true)
  expect(await codeOf(() => serving.open(callOf(), 'c'))).toBe('cache-not-found')
  expect(await codeOf(() => caches.configure(mount, {}))).toBe('cache-not-found')
  caches.open({ ...definition, id: 'another' })
  expect(serving.open(callOf(), 'c', 'k').get('k', callOf())).toBe('absent')
})
