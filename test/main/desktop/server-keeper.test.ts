import type { DesktopServer } from '../../../src/main/desktop/server-keeper'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import { createServerKeeper, PortTaken } from '../../../src/main/desktop/server-keeper'
import { startLarder } from '../../helpers/start-larder'

let larder: Awaited<ReturnType<typeof startLarder>>

beforeAll(async () => {
  larder = await startLarder()
})
afterAll(() => larder.dispose())

function setUp(
  launch: (port: number | undefined) => Promise<DesktopServer> = async () => ({ ...larder, stop: async () => {} }),
) {
  const states: string[] = []
  const launched = vi.fn(launch)
  const keeper = createServerKeeper({
    launch: launched,
    findHolder: async () => ({ pid: 7, name: 'other' }),
    logger: silentLogger,
  })
  keeper.onChange(({ phase }) => states.push(phase))
  return { keeper, states, launched }
}

describe('the server behind the window', () => {
  it('runs operations as the owner while there is one', async () => {
    const { keeper, states } = setUp()
    await expect(keeper.call('switch.get', {})).rejects.toMatchObject({ code: 'not-ready' })
    expect(await keeper.start()).toEqual({ phase: 'serving', url: larder.url })
    expect(await keeper.call('session.get', {})).toMatchObject({ credential: 'control', user: { owner: true } })
    await expect(keeper.call('caches.get', { name: '../x' })).rejects.toMatchObject({ code: 'invalid-input' })
    await keeper.stop()
    expect(keeper.running()).toBeUndefined()
    await expect(keeper.call('switch.get', {})).rejects.toMatchObject({ code: 'not-ready' })
    expect(states).toEqual(['serving'])
  })

  // Red when `inTurn` of src/main/desktop/server-keeper.ts runs its work at once: two starts then
  // launch two servers.
  it('starts once, however often it is told', async () => {
    const { keeper, launched } = setUp()
    await Promise.all([keeper.start(), keeper.start(1), keeper.settled(), keeper.start()])
    expect(launched).toHaveBeenCalledTimes(1)
  })

  it('tells why it could not start, and tries again on what is said', async () => {
    const { keeper, states, launched } = setUp(async (port) => {
      if (port === undefined)
        throw new PortTaken(7777, { cause: null })
      if (port === 1)
        throw new Error('no')
      return { ...larder, stop: async () => {} }
    })
    expect(await keeper.start()).toEqual({
      phase: 'trouble',
      message: 'Port 7777 is taken by another program.',
      port: 7777,
      holder: { pid: 7, name: 'other' },
    })
    expect(await keeper.start(1)).toEqual({ phase: 'trouble', message: 'no', port: null, holder: null })
    expect(await keeper.start(2)).toMatchObject({ phase: 'serving' })
    expect(launched.mock.calls).toEqual([[undefined], [1], [2]])
    expect(states).toEqual(['trouble', 'trouble', 'serving'])
  })

  it('gives up a server that failed, once', async () => {
    const stop = vi.fn(async () => {
      throw new Error('nor did that')
    })
    const { keeper, states } = setUp(async () => ({ ...larder, stop }))
    await keeper.abandon(new Error('before'))
    await keeper.start()
    await Promise.all([keeper.abandon(new Error('a bug')), keeper.abandon(new Error('another'))])
    expect(await keeper.settled()).toMatchObject({
      phase: 'trouble',
      message: 'The server stopped unexpectedly: a bug',
    })
    expect([stop.mock.calls.length, states]).toEqual([1, ['serving', 'trouble']])
    expect((await keeper.start()).phase).toBe('serving')
  })

  it('sees the owner\'s events and those for everybody', async () => {
    const { keeper } = setUp()
    const event = (user: string | null) => ({ topic: 'switch' as const, user, payload: { enabled: true } })
    expect(keeper.sees(event('x'))).toBe(false)
    await keeper.start()
    const { user } = await keeper.call('session.get', {})
    expect([
      keeper.sees(event(user.id)),
      keeper.sees(event(null)),
      keeper.sees(event('x')),
    ]).toEqual([true, true, false])
  })
})
