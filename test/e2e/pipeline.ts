import type { Socket } from 'node:net'
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from '@playwright/test'
import { patience } from '../helpers/patience'

interface Pipeline {
  /** Sends GET requests without waiting for their answers. */
  send: (paths: readonly string[]) => Promise<void>
  /** Closes the connection as soon as so many have been answered. */
  end: (answers: number) => Promise<void>
}

/** One pipelined connection (RFC 9112 §9.3.2): many requests that cost the machine little. */
export async function openPipeline({ url, apiKey }: { url: string, apiKey: string }): Promise<Pipeline> {
  const { port } = new URL(url)
  const socket: Socket = connect(Number(port), 'localhost')
  await once(socket, 'connect')
  let answered = 0
  let rest = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    const seen = rest + text
    answered += seen.split('HTTP/1.1 ').length - 1
    // Too short for a whole status line, so that none is counted twice.
    rest = seen.slice(-8)
  })
  return {
    async send(paths) {
      const text = paths.map(path => `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nApi-Key: ${apiKey}\r\n\r\n`)
      if (text.length > 0 && !socket.write(text.join('')))
        await once(socket, 'drain')
    },
    async end(answers) {
      await expect.poll(() => answered, { timeout: patience }).toBe(answers)
      socket.destroy()
    },
  }
}
