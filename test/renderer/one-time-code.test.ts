import { describe, expect, it } from 'vitest'
import { takeOneTimeCode } from '../../src/renderer/src/one-time-code'

function open(url: string) {
  const { hash, pathname, search } = new URL(url, 'http://localhost:7777')
  const replaced: unknown[] = []
  const history = { state: { kept: true }, replaceState: (...args: unknown[]) => void replaced.push(args) }
  return { code: takeOneTimeCode({ hash, pathname, search }, history), replaced }
}

describe('one-time code', () => {
  it('is taken, and leaves the address bar', () => {
    expect(open('/#abc123')).toEqual({ code: 'abc123', replaced: [[{ kept: true }, '', '/']] })
    expect(open('/?a=b#abc')).toEqual({ code: 'abc', replaced: [[{ kept: true }, '', '/?a=b']] })
  })

  it.each(['/', '/#', '/docs#error-internal'])('is not looked for in %s', (url) => {
    expect(open(url)).toEqual({ code: null, replaced: [] })
  })
})
