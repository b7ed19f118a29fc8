import type { ServerResponse } from 'node:http'
import { Buffer } from 'node:buffer'
import { createServer } from 'node:http'
import process from 'node:process'

/**
 * The yardstick: node:http that writes the answers it was given, byte for byte those of Larder, and
 * does nothing else. Requests with a body are first read to the end, into one buffer.
 *
 * Usage: `node bare.ts '{"GET":{"status":200,"headers":[…],"body":"…"},…}'`; prints its port.
 */
interface Answer { status: number, headers: string[], body: string }

const answers = new Map(Object.entries(JSON.parse(process.argv[2] ?? '{}') as Record<string, Answer>))

function answerTo(method: string | undefined, response: ServerResponse): void {
  const answer = answers.get(method ?? '')
  if (!answer) {
    response.writeHead(501)
    response.end()
    return
  }
  response.writeHead(answer.status, answer.headers)
  // Text rather than a buffer, because node joins text with the head, which is faster.
  if (answer.body === '')
    response.end()
  else
    response.end(answer.body, 'latin1')
}

// The same idle time as in Larder, because node writes it into each answer.
const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  if (request.method === 'GET')
    return answerTo('GET', response)
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
  })
  request.on('end', () => {
    // The least that a server that keeps the body has to do.
    if (Buffer.concat(chunks, size).length === size)
      answerTo(request.method, response)
  })
})
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as { port: number }).port}`))
