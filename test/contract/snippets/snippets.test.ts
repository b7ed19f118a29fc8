// Every snippet is run as a person would run it, and must arrive as the request that it was
// written for.
import type { SnippetRequest } from '../../../src/renderer/src/snippets/request'
import type { Arrived, EchoServer } from './echo-server'
import { Buffer } from 'node:buffer'
import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quoteWord, writeCurl } from '../../../src/renderer/src/snippets/curl'
import { writeGo } from '../../../src/renderer/src/snippets/go'
import { writeAxios, writeFetch } from '../../../src/renderer/src/snippets/javascript'
import { languages } from '../../../src/renderer/src/snippets/languages'
import { writePython } from '../../../src/renderer/src/snippets/python'
import { anyCodePoint } from '../../helpers/any-code-point'
import { requireProgram } from '../../helpers/programs'
import { startEchoServer } from './echo-server'
import { fromBase64, goLiterals } from './go-literal'

/** By a body that comes without a type: the type that it has to get. */
const untyped: [string, string | Uint8Array, string][] = [
  ['text', 'hello', 'text/plain;charset=UTF-8'],
  ['bytes', Uint8Array.of(0, 255), 'application/octet-stream'],
]

const run = promisify(execFile)
const curl = requireProgram('curl', 'curl')
const python = requireProgram('python3', 'python3')
const secret = 'lk_test_"$(id)\''
const env = { ...process.env, LARDER_API_KEY: secret, http_proxy: '', no_proxy: '*' }

let echo: EchoServer
beforeAll(async () => void (echo = await startEchoServer()))
afterAll(() => echo.close())

const nasty = 'it\'s "$HOME" `id` $(id) \\ \\n \\u0041 %41 !! # {a} [b] * ; & | < >\n\ttab\r\nend\\'
const bodies: [string, string | Uint8Array | undefined][] = [
  ['no body', undefined],
  ['an empty one', ''],
  ['JSON with spaces around it', ' {"big": 12345678901234567890, "a": "\\u00e9"} \n'],
  ['what shells and literals trip over', nasty],
  ['a file\'s name as curl reads it', '@/etc/passwd'],
  ['other scripts', '梨 🍐 é é \u{E0061} \u200B\u202Eoverride\u2028\uFEFF'],
  ['controls with NUL', 'a\0b\x07\x1B[31m\x7F\x85'],
  ['a lone surrogate', 'a\uD800b'],
  ['more than a shell\'s word may hold', 'long \'line\' '.repeat(20_000)],
  ['bytes that are no text', Uint8Array.from({ length: 256 }, (_, i) => i)],
]

function requestWith(body: SnippetRequest['body'], type = 'text/plain; charset=utf-8'): SnippetRequest {
  return {
    method: 'PUT',
    url: `${echo.origin}/api/caches/a.b/entries/x%2Fy%3F%23'%20%C3%BC%22$HOME?q=[1-3]{a,b}`,
    headers: [['Content-Type', type], ['Larder-Tags', 'it\'s, "b", \\']],
    body,
    withKey: true,
  }
}

function expectArrival(arrived: Arrived | undefined, { method, url, headers, body }: SnippetRequest): void {
  expect(arrived).toMatchObject({ method, target: url.slice(echo.origin.length) })
  for (const [name, value] of headers)
    expect(arrived?.headers).toMatchObject({ [name.toLowerCase()]: value })
  expect(arrived?.headers).toMatchObject({ 'api-key': secret })
  const wanted = typeof body === 'string' ? Buffer.from(body.toWellFormed()) : Buffer.from(body ?? [])
  expect(arrived?.body.equals(wanted)).toBe(true)
}

describe('snippets', () => {
  describe.skipIf(!curl.available)('curl', () => {
    it.each(bodies)('sends %s', async (_, body) => {
      const request = requestWith(body)
      const { stdout } = await runShell(writeCurl(request))
      expect(stdout).toBe('echo')
      expectArrival(echo.take(), request)
    })

    // Red: in src/renderer/src/snippets/request.ts let `headersOf` return `headers` for every body.
    // Then curl and Python send the type of a form.
    it.each(untyped)('sends %s without a type as what it is', async (_, body, type) => {
      await runShell(writeCurl({ ...requestWith(body), headers: [] }))
      expect(echo.take()?.headers['content-type']).toBe(type)
    })

    it.each(['GET', 'HEAD', 'DELETE', 'POST'])('sends %s', async (method) => {
      await runShell(writeCurl({ ...requestWith(undefined), method }))
      expect(echo.take()?.method).toBe(method)
    })
  })

  describe.skipIf(!python.available)('python', () => {
    it.each(bodies)('sends %s', async (_, body) => {
      const request = requestWith(body)
      const { stdout } = await runWithInput('python3', ['-'], writePython(request))
      expect(stdout).toBe('200 b\'echo\'\n')
      expectArrival(echo.take(), request)
    })

    it.each(untyped)('sends %s without a type as what it is', async (_, body, type) => {
      await runWithInput('python3', ['-'], writePython({ ...requestWith(body), headers: [] }))
      expect(echo.take()?.headers['content-type']).toBe(type)
    })
  })

  it.each(bodies)('fetch sends %s', async (_, body) => {
    const request = requestWith(body)
    await runScript(writeFetch(request), { fetch })
    expectArrival(echo.take(), { ...request, url: new URL(request.url).href })
  })

  it.each(bodies)('axios is asked for %s', async (_, body) => {
    for (const type of ['text/plain', 'application/json']) {
      const request = requestWith(body, type)
      const asked: Record<string, unknown>[] = []
      await runScript(
        writeAxios(request).replace(/^import axios from 'axios'$/m, ''),
        { axios: async (config: Record<string, unknown>) => ({ status: asked.push(config) }) },
      )
      const { data, transformRequest, ...rest } = asked[0] ?? {}
      expect({ ...rest }).toEqual({
        method: 'PUT',
        url: request.url,
        headers: { 'Api-Key': secret, ...Object.fromEntries(request.headers) },
      })
      expect(typeof data === 'string' ? data : data && Buffer.from(data as Uint8Array)).toEqual(
        typeof body === 'string' ? body.toWellFormed() : body && Buffer.from(body),
      )
      expect(typeof transformRequest).toBe(
        typeof body === 'string' && type === 'application/json' ? 'function' : 'undefined',
      )
    }
  })

  // Go may not be installed, so its literals are read by the rules of its specification instead.
  it.each(bodies)('go has %s in its literals', (_, body) => {
    const request = requestWith(body)
    const program = writeGo(request)
    const literals = goLiterals(program)
    const packages = literals.splice(0, literals.indexOf('PUT'))
    expect(packages).toEqual([
      ...body instanceof Uint8Array ? ['encoding/base64'] : [],
      'fmt',
      'io',
      'net/http',
      'os',
      ...body === undefined ? [] : ['strings'],
    ])
    expect(literals.splice(0, 2)).toEqual(['PUT', request.url])
    if (body !== undefined) {
      const literal = literals.shift() ?? ''
      expect(typeof body === 'string' ? literal : fromBase64(literal)).toEqual(
        typeof body === 'string' ? body.toWellFormed() : Buffer.from(body),
      )
    }
    expect(literals).toEqual(['Api-Key', 'LARDER_API_KEY', ...request.headers.flat()])
  })

  it('shows no hidden character in a literal, in whatever text', () => {
    fc.assert(fc.property(fc.string({ unit: anyCodePoint }), fc.constantFrom(...languages.filter(({ id }) =>
      id !== 'curl')), (
      body,
      { write },
    ) => {
      expect(write({ method: 'PUT', url: 'http://localhost/', headers: [], body, withKey: false }).replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
    }))
  })

  it.each(untyped)('say what %s without a type is, in every language', (_, body, type) => {
    const request = { ...requestWith(body), headers: [] }
    for (const { write } of languages) {
      expect(write(request)).toContain(type)
      expect(write({ ...request, body: undefined })).not.toContain('Content-Type')
    }
  })

  it('holds the key\'s name and never a key', () => {
    for (const { write } of languages) {
      expect(write({ ...requestWith('x'), withKey: true })).toContain('LARDER_API_KEY')
      expect(write({ ...requestWith('x'), withKey: false })).not.toMatch(/LARDER_API_KEY|Api-Key/)
    }
  })

  it('quotes any word for a shell', async () => {
    const words = fc.sample(fc.string({ unit: 'grapheme' }).filter(word => !word.includes('\0')), 200)
    const { stdout } = await runShell(`printf '%s\\0' ${words.map(quoteWord).join(' ')}`)
    expect(stdout.split('\0').slice(0, -1)).toEqual(words)
  })

  it('keeps a short command on its line', () => {
    expect(writeCurl({ method: 'GET', url: 'http://localhost:7777/v1/a', headers: [], withKey: true })).toBe('curl -H "Api-Key: $LARDER_API_KEY" http://localhost:7777/v1/a')
  })
})

function runShell(script: string): Promise<{ stdout: string }> {
  return runWithInput('sh', ['-s'], `${script.replaceAll('curl', 'curl --silent')}\n`)
}

/** Passes the input on stdin, because an argument may not be longer than 128 KiB. */
function runWithInput(program: string, words: string[], input: string): Promise<{ stdout: string }> {
  const started = run(program, words, { env })
  started.child.stdin?.end(input)
  return started
}

async function runScript(script: string, globals: object): Promise<void> {
  await (runInNewContext(`(async () => {\n${script}\n})()`, {
    ...globals,
    process: { env },
    console: { log() {} },
    atob,
    Uint8Array,
  }) as Promise<void>)
}
