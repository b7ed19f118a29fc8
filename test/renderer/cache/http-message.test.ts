import { expect, it } from 'vitest'
import { openHttpMessage } from '../../../src/renderer/src/views/cache/values/http-message'
import { readValue } from '../../../src/renderer/src/views/cache/values/read-value'

const never = new AbortController().signal

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
async function join(...parts: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

function answer(fields: string, body: Uint8Array<ArrayBuffer> = encode('{"a":1}')): Promise<Uint8Array<ArrayBuffer>> {
  return join(encode(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`), body)
}

async function compress(bytes: Uint8Array<ArrayBuffer>, format: CompressionFormat): Promise<Uint8Array<ArrayBuffer>> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream(format))
  return new Uint8Array(await new Response(compressed).arrayBuffer())
}

it('opens a status line, header fields and a body', async () => {
  const { line, fields, body } = openHttpMessage(
    await answer('Content-Type: text/plain\r\nX-A: b: c', encode('x\r\n\r\ny')),
  ) ?? {}
  expect([line, fields, new TextDecoder().decode(body)]).toEqual([
    'HTTP/1.1 200 OK',
    [['Content-Type', 'text/plain'], ['X-A', 'b: c']],
    'x\r\n\r\ny',
  ])
})

it.each([
  '',
  'HTTP/1.1 200 OK',
  'HTTP/1.1 200 OK\r\nX-A: b\r\n',
  'HTTP/1.1 20 OK\r\nA: b\r\n\r\n',
  'HTTP/1.1 200 OK\r\nb\r\n\r\n',
  '{}\r\n\r\n',
])(
  'takes %j for no such message',
  async (text) => {
    const bytes = encode(text)
    expect(openHttpMessage(bytes)).toBeUndefined()
    expect((await readValue(bytes, 'message/http', never)).message).toBeUndefined()
  },
)

// Red: in src/renderer/src/views/cache/values/read-value.ts read the body with the type of the
// entry; in http-message.ts let `plainBody` return the body as it came.
it.each([
  ['as it is', 'content-type: application/json', encode('{"a":1}'), 'json', undefined],
  [
    'gzip',
    'Content-Type: application/json\r\nContent-Encoding: GZIP',
    await compress(encode('{"a":1}'), 'gzip'),
    'json',
    'It came compressed with gzip.',
  ],
  [
    'deflate',
    'Content-Encoding: deflate',
    await compress(encode('{"a":1}'), 'deflate'),
    'json',
    'It came compressed with deflate.',
  ],
  [
    'brotli',
    'Content-Encoding: br',
    new Uint8Array([0x8B, 0x03, 0x80]),
    'hex',
    'As it came: compressed with br, which this page does not read.',
  ],
  [
    'what is no gzip',
    'Content-Encoding: gzip',
    encode('hello'),
    'text',
    'As it came: it cannot be read as what gzip has compressed.',
  ],
  ['a picture', 'Content-Type: image/png', new Uint8Array([0x89, 0x50, 0xFF]), 'image', undefined],
  ['another message', 'Content-Type: message/http', await answer('A: b'), 'text', undefined],
])('reads the body by its own type: %s', async (_, fields, body, view, note) => {
  const whole = await answer(fields, body)
  const { views, message, bytes } = await readValue(whole, 'message/http', never)
  expect(views[0]).toBe('message')
  expect(views).toContain('hex')
  expect(message?.body.views[0]).toBe(view)
  expect(message?.body.message).toBeUndefined()
  expect(message?.body.note).toBe(note)
  // What is edited is the whole.
  expect(bytes).toEqual(whole)
})

it('opens no message that another type says to be none', async () => {
  expect((await readValue(await answer('A: b'), 'text/plain', never)).views).toEqual(['text', 'hex'])
})

// Red: in src/renderer/src/views/cache/values/http-message.ts leave out `largestBody`.
it('does not unfold what would become too large', async () => {
  const bomb = await compress(new Uint8Array(33_000_000), 'gzip')
  const { message } = await readValue(await answer('Content-Encoding: gzip', bomb), 'message/http', never)
  expect(message?.body.bytes.length).toBe(bomb.length)
})
