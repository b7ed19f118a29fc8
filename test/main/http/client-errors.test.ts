import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { answerClientError } from '../../../src/main/http/client-errors'

/** What `answerClientError` and the writing of an answer use of a socket. */
function socketThatRead(bytesRead: number): Socket {
  return Object.assign(new PassThrough(), { bytesRead }) as unknown as Socket
}
const lingering = { has: () => false, close: vi.fn() } as never

// Red: in src/main/http/client-errors.ts tell of every message.
describe('a message that did not arrive in time', () => {
  it.each([[0, 0], [1, 1]])('of which %i bytes came is told to the log %i times', (bytesRead, times) => {
    const refused = vi.fn()
    const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
    answerClientError(late, socketThatRead(bytesRead), lingering, refused)
    expect(refused).toHaveBeenCalledTimes(times)
  })
})
