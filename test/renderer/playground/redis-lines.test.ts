import { describe, expect, it } from 'vitest'
import { helpFor, suggestCommands } from '../../../src/renderer/src/views/playground/redis/command-help'
import {
  commandLines,
  commandWords,
  emptiedBy,
  requestBytes,
  showBytes,
} from '../../../src/renderer/src/views/playground/redis/command-lines'

describe('completion of commands', () => {
  // Red: in src/renderer/src/views/playground/redis/command-help.ts let `typed` be its first word.
  it.each([
    ['', []],
    ['getd', ['GETDEL']],
    ['GETDEL', []],
    ['  expireT', ['EXPIRETIME']],
    ['client se', ['CLIENT SETNAME', 'CLIENT SETINFO']],
    ['client setn', ['CLIENT SETNAME']],
    ['get a', []],
    ['client setname x', []],
    ['nonsense', []],
  ])('of %j', (line, names) => {
    expect(suggestCommands(line).map(({ text }) => text)).toEqual(names)
  })

  it('has a command with its summary, and at most eight', () => {
    expect(suggestCommands('strl')).toEqual([{ text: 'STRLEN', summary: 'Tells the length of a value.' }])
    expect(suggestCommands('e').length).toBeLessThanOrEqual(8)
  })
})

describe('help for a command', () => {
  it.each([
    ['get', 'GET key'],
    ['SET a', 'SET key argument …'],
    ['del a b', 'DEL key …'],
    ['rename', 'RENAME key key'],
    ['mset', 'MSET key argument …'],
    ['client  setname x', 'CLIENT SETNAME argument'],
    ['object encoding a', 'OBJECT ENCODING key'],
    ['client', 'CLIENT argument …'],
    ['dbsize', 'DBSIZE'],
  ])('of %j', (line, usage) => {
    expect(helpFor(line)?.usage).toBe(usage)
  })

  it('has the terms on which it works, and none for what is no command', () => {
    expect(helpFor('getdel')).toMatchObject({
      summary: 'Reads a value and deletes it.',
      terms: 'scopes read and write · a cache without source and backend · since Redis 6.2.0',
    })
    expect(helpFor('ping')?.terms).toBe('no scope · since Redis 1.0.0')
    expect(helpFor('nonsense a')).toBeUndefined()
    expect(helpFor('constructor')).toBeUndefined()
  })
})

describe('lines', () => {
  it('are those that hold a command', () => {
    expect(commandLines(' GET a\r\n\n  \nGET "b \uD800"')).toEqual(['GET a', 'GET "b \uFFFD"'])
  })

  it('have their words as bytes', () => {
    expect(commandWords('GET "ü \\xff"')).toEqual(['GET', '\xC3\xBC \xFF'])
    expect(commandWords('GET "')).toBeUndefined()
    expect(commandWords(' ')).toBeUndefined()
  })

  // Red: in src/renderer/src/views/playground/redis/command-lines.ts leave out `toLowerCase`.
  it.each([
    [['GET a', 'FlushDB'], 'the cache shop'],
    [['"flushall" ASYNC', 'flushdb'], 'the caches db0 to db15'],
    [['SET flushdb flushall', 'GET "'], null],
  ])('%j empty %s', (lines, what) => {
    expect(emptiedBy(lines, 'shop')).toBe(what)
  })

  it('go over the wire as RESP, and can be read as such', () => {
    expect(requestBytes(['GET', '\xC3\xBC'])).toBe('*2\r\n$3\r\nGET\r\n$2\r\n\xC3\xBC\r\n')
    expect(showBytes('$6\r\na\\n"\n\xFF\r\n')).toBe('$6\\r\\n\na\\\\n"\\n\n\\xff\\r\\n')
  })
})
