import type { StreamEvent } from '../../src/shared/event-parser'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventParser } from '../../src/shared/event-parser'

const encoder = new TextEncoder()

function parse(chunks: readonly (string | Uint8Array)[]): { events: StreamEvent[], retries: number[] } {
  const events: StreamEvent[] = []
  const retries: number[] = []
  const parser = createEventParser({ onEvent: event => events.push(event), onRetry: ms => retries.push(ms) })
  for (const chunk of chunks)
    parser.push(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
  return { events, retries }
}

describe('event parser', () => {
  it.each<[string, string, StreamEvent[]]>([
    ['one event', 'event: switch\ndata: {"enabled":true}\n\n', [{ type: 'switch', data: '{"enabled":true}' }]],
    ['no type', 'data: x\n\n', [{ type: 'message', data: 'x' }]],
    ['several data lines', 'data: a\ndata: b\n\n', [{ type: 'message', data: 'a\nb' }]],
    [
      'only the first space dropped',
      'data:  a\n\ndata:b\n\n',
      [{ type: 'message', data: ' a' }, { type: 'message', data: 'b' }],
    ],
    ['a field without colon', 'data\n\n', [{ type: 'message', data: '' }]],
    ['colons in the value', 'data: a:b: c\n\n', [{ type: 'message', data: 'a:b: c' }]],
    ['comments and unknown fields', ': hello\nid: 7\nnonsense: 1\ndata: x\n\n', [{ type: 'message', data: 'x' }]],
    ['a type without data, which then does not stick', 'event: a\n\ndata: x\n\n', [{ type: 'message', data: 'x' }]],
    ['CRLF', 'event: a\r\ndata: x\r\n\r\n', [{ type: 'a', data: 'x' }]],
    ['CR', 'event: a\rdata: x\r\r', [{ type: 'a', data: 'x' }]],
    ['a byte order mark', '\uFEFFdata: x\n\n', [{ type: 'message', data: 'x' }]],
    ['an event cut off by the end', 'data: x\n\ndata: y\n', [{ type: 'message', data: 'x' }]],
  ])('reads %s', (_, text, expected) => expect(parse([text]).events).toEqual(expected))

  it('reads retry, digits only', () => {
    expect(parse([
      'retry: 1500\nretry: 1e9\nretry: -1\nretry:\nretry: 99999999999\n\n',
    ])).toEqual({ events: [], retries: [1500] })
  })

  it('gives the same events however the bytes are cut: inside characters, between CR and LF, empty pieces', () => {
    const text = '\uFEFF: hé\r\nevent: entry.set\r\ndata: {"key":"ключ 🥫 \u{10FFFF}"}\r\n\r\nretry: 20\rdata: a\rdata: 日本\r\rdata: z\n\n'
    const bytes = encoder.encode(text)
    const whole = parse([bytes])
    expect(whole.events).toHaveLength(3)
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole)
    expect(parse(Array.from(bytes, byte => Uint8Array.of(byte)))).toEqual(whole)
    fc.assert(fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
      expect(parse(edges.slice(1).map((end, i) => bytes.subarray(edges[i], end)))).toEqual(whole)
    }))
  })

  it('does not hoard an event without end, and does not count heartbeats', () => {
    const endless = createEventParser({ onEvent() {}, onRetry() {} })
    const piece = encoder.encode('x'.repeat(1024 * 1024))
    endless.push(encoder.encode('data: '))
    expect(() => {
      for (let i = 0; i < 5; i++)
        endless.push(piece)
    }).toThrow(RangeError)

    const lines = createEventParser({ onEvent() {}, onRetry() {} })
    const line = encoder.encode(`data: ${'x'.repeat(1024 * 1024)}\n`)
    expect(() => {
      for (let i = 0; i < 5; i++)
        lines.push(line)
    }).toThrow(RangeError)

    const quiet = createEventParser({ onEvent() {}, onRetry() {} })
    const comment = encoder.encode(`: ${'x'.repeat(1024 * 1024)}\n`)
    for (let i = 0; i < 8; i++)
      quiet.push(comment)
  })
})
