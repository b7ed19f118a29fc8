// Commands that are copied as code are run as a person would run them, and must arrive byte for
// byte.
import type { AddressInfo, Server } from 'node:net'
import type { Reply } from '../../../src/main/base/resp'
import type { RedisSnippet } from '../../../src/renderer/src/snippets/redis'
import { Buffer } from 'node:buffer'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import process from 'node:process'
import { promisify } from 'node:util'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReplyReader } from '../../../src/main/base/resp'
import { redisWord } from '../../../src/renderer/src/snippets/redis'
import { redisLanguages } from '../../../src/renderer/src/snippets/redis-languages'
import { requireProgram } from '../../helpers/programs'
import { goLiterals } from './go-literal'

const cli = requireProgram('redis-cli', 'redis-tools')
const python = requireProgram('python3', 'python3')
const run = promisify(execFile)
const secret = 'lk_test_secret'
const env = { ...process.env, LARDER_API_KEY: secret }
const place = 'localhost:7379'

const nasty = 'it\'s "$HOME" `id` $(id) \\ \\n \\x41 %s %41 !! # {a} [b] * ; & | < >'
const commands: [string, RedisSnippet['words']][] = [
  ['a read', ['GET', 'pear']],
  ['a write', ['SET', 'pear', '{"name":"it\'s"}']],
  ['another command', ['GETRANGE', 'pear', '0', '-1']],
  ['a command of two words', ['OBJECT', 'ENCODING', 'pear']],
  ['nothing but its name', ['PING']],
  ['an empty value', ['SET', 'a', '']],
  ['what looks like an option', ['SET', '-x', '--raw']],
  ['what shells and literals trip over', ['SET', nasty, `${nasty}${nasty}`]],
  ['lines', ['SET', 'a\nb', 'c\r\n\td\n']],
  ['other scripts', ['SET', redisWord('梨 🍐 é'), redisWord('\u{E0061}\u200B\u202Eoverride\u2028\uFEFF')]],
  ['a byte order mark', ['GET', redisWord('\uFEFFa')]],
  ['controls with NUL', ['SET', 'a\0b', '\x07\x1B[31m\x7F\b']],
  ['bytes that are no text', ['SET', '\xFF\'"\\\n', String.fromCharCode(...Array.from({ length: 256 }).keys())]],
  ['half a character', ['GET', '\xC3(']],
  ['more than a shell\'s word may hold', ['SET', 'a', 'long \'line\' '.repeat(20_000)]],
]

function latin1(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : Buffer.from(String(value)).toString('latin1')
}

function written(id: string, words: RedisSnippet['words'], url = `redis://${place}`): string {
  return redisLanguages.find(language => language.id === id)?.write({ url, cache: 'a.b', words }) ?? ''
}

let server: Server
let arrived: string[][] = []
beforeAll(async () => {
  server = createServer(socket => socket.on('data', createReplyReader((reply: Reply) => {
    arrived.push((reply as Buffer[]).map(latin1))
    socket.write('+OK\r\n')
  }, 2 ** 24)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => server.close())

async function runWithInput(program: string, words: string[], input: string): Promise<string> {
  const started = run(program, words, { env })
  started.child.stdin?.end(input)
  return (await started).stdout
}

// Red: in src/renderer/src/snippets/redis-languages.ts let `isPlain` be true for every command.
describe.skipIf(!cli.available)('redis-cli', () => {
  it.each(commands)('sends %s', async (_, words) => {
    arrived = []
    const { port } = server.address() as AddressInfo
    const stdout = await runWithInput('sh', ['-s'], written('redis-cli', words, `redis://127.0.0.1:${port}`))
    expect(stdout).toBe('OK\n')
    expect(arrived.filter(([name]) => name !== 'COMMAND')).toEqual([['AUTH', 'a.b', secret], words])
  })
})

/** Runs a program of JavaScript with clients that note what they are asked for. */
async function runScript(script: string): Promise<{ urls: string[], calls: unknown[][] }> {
  const urls: string[] = []
  const calls: unknown[][] = []
  const note = (...words: unknown[]): number => calls.push(words)
  const client = {
    call: note,
    get: (...rest: unknown[]) => note('GET', ...rest),
    set: (...rest: unknown[]) => note('SET', ...rest),
    sendCommand: (words: unknown[]) => note(...words),
    connect() {},
    quit() {},
  }
  function Redis(url: string): typeof client {
    urls.push(url)
    return client
  }
  const createClient = ({ url }: { url: string }): typeof client => Redis(url)
  const globals = { Redis, createClient, Buffer, process: { env }, console: { log() {} } }
  const body = script.replace(/^import .*$/m, '')
  await (runInNewContext(`(async () => {\n${body}\n})()`, globals) as Promise<void>)
  return { urls, calls }
}

describe.each(['ioredis', 'node-redis'])('%s', (id) => {
  // Red: in src/renderer/src/snippets/redis-languages.ts write text for bytes that are none.
  it.each(commands)('is asked for %s', async (_, words) => {
    const { urls, calls } = await runScript(written(id, words))
    expect(urls).toEqual([`redis://a.b:${secret}@${place}`])
    expect(calls.map(call => call.map(latin1))).toEqual([words])
  })
})

const fakeClient = `
import json, sys, types
def note(*words):
    sys.stdout.write(json.dumps([(w if isinstance(w, bytes) else w.encode()).decode('latin1') for w in words]))
    return ''
class Redis:
    @staticmethod
    def from_url(url):
        sys.stdout.write(json.dumps(url) + '\\n')
        return types.SimpleNamespace(
            execute_command=note, get=lambda *w: note('GET', *w), set=lambda *w: note('SET', *w))
sys.modules['redis'] = types.SimpleNamespace(Redis=Redis)
`

describe.skipIf(!python.available)('redis-py', () => {
  it.each(commands)('is asked for %s', async (_, words) => {
    const stdout = await runWithInput('python3', ['-'], `${fakeClient}${written('redis-py', words)}\n`)
    const [url, call] = stdout.trim().split('\n')
    expect(JSON.parse(url ?? '')).toBe(`redis://a.b:${secret}@${place}`)
    expect(JSON.parse(call ?? '')).toEqual(words)
  })
})

// Go may not be installed, so its literals are read by the rules of its specification instead.
describe('go-redis', () => {
  it.each(commands)('has %s in its literals', (_, words) => {
    const program = written('go-redis', words)
    const literals = goLiterals(program).slice(4)
    expect(literals.splice(0, 3)).toEqual(['redis://a.b:', 'LARDER_API_KEY', `@${place}`])
    // What has to be bytes is written as such.
    expect(literals.map((literal, at) => literal === words[at] ? literal : latin1(literal))).toEqual(words)
  })
})

it.each(redisLanguages)('$id holds the key\'s name, never a key, and no hidden character', ({ write }) => {
  for (const [, words] of commands) {
    const code = write({ url: `rediss://${place}`, cache: 'a.b', words })
    expect(code).toContain('LARDER_API_KEY')
    expect(code).toMatch(/rediss:\/\/a\.b:/)
    expect(code.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
  }
})

it('keeps what most commands are as short as people write them', () => {
  expect(written('redis-cli', ['GET', 'pear']))
    .toBe('redis-cli -u "redis://a.b:$LARDER_API_KEY@localhost:7379" GET pear')
  expect(written('ioredis', ['GET', 'pear'])).toContain('await redis.get(\'pear\')')
  expect(written('redis-py', ['SET', 'pear', '1'])).toContain('r.set(\'pear\', \'1\')')
})
