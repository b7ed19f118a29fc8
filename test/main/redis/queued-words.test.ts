import type { CommandRow } from '../../../src/main/redis/redis-call'
import { Buffer } from 'node:buffer'
import { expect, it } from 'vitest'
import { CommandWords } from '../../../src/main/redis/command-words'
import { createDispatcher } from '../../../src/main/redis/dispatcher'
import { createSession } from '../../../src/main/redis/session'

function notUsed(): never {
  throw new Error('not used')
}

const get: CommandRow = {
  name: 'get',
  shown: 'GET',
  spec: { arity: 2, flags: [], scope: 'read', since: '', group: '', summary: '' },
  operation: 'redis.read',
  action: { does: 'read', handle: notUsed },
  hasParts: false,
  isContainer: false,
  isOpen: true,
  needsRoom: false,
}

function queued(words: CommandWords): CommandWords | undefined {
  const session = createSession({
    id: 1,
    address: '',
    localAddress: '',
    since: 0,
    close: notUsed,
    reset: notUsed,
    push: notUsed,
  })
  session.transaction = { queue: [], bytes: 0, failed: false }
  const dispatcher = createDispatcher({
    table: new Map([['get', get]]),
    executor: { execute: notUsed, refuse: notUsed },
    signOn: { principalOf: () => null, signOn: notUsed, stillHolds: notUsed },
    databases: {
      read: notUsed,
      write: notUsed,
      make: notUsed,
      definition: notUsed,
      isNumbered: notUsed,
      size: notUsed,
      requireWhole: notUsed,
    },
    stopwatch: { now: notUsed },
    valueLimit: notUsed,
    noteUnknown: notUsed,
    monitors: { any: false, show: notUsed },
  })
  expect(dispatcher.dispatch(session, words, false)).toBe('QUEUED')
  return session.transaction.queue[0]?.words
}

// What arrives in one piece with a queued command is not counted, and would stay as long as that.
// Red: in src/main/redis/dispatcher.ts queue the words themselves.
it.each([
  ['in one piece', (piece: Buffer) => new CommandWords(piece, [0, 3, 5, 6])],
  ['in several', (piece: Buffer) => CommandWords.of([piece.subarray(0, 3), piece.subarray(5, 6)])],
])('a queued command that came %s keeps its own bytes only', (_, wordsIn) => {
  const words = queued(wordsIn(Buffer.from(`GET  k${' '.repeat(65_536)}`)))
  expect(words?.all.map(String)).toEqual(['GET', 'k'])
  expect(words?.all.map(({ buffer }) => buffer.byteLength)).toEqual([4, 4])
})

// Red: in src/main/redis/command-words.ts copy every word.
it('a large value is not copied', () => {
  const value = Buffer.allocUnsafeSlow(20_000).fill('v')
  expect(queued(CommandWords.of([Buffer.from('GET'), value]))?.bytes(1)).toBe(value)
})
