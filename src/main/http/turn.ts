import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * What is put off to the end of a turn of the event loop; all of it is done before the loop waits
 * again.
 */
export interface Turn {
  /** Runs once all that came in this turn was parsed. */
  atEnd: (work: () => void) => void
  /**
   * Ends an answer, of which the head is made already, with its body; after all that runs at the
   * end.
   *
   * @param caller whom the budget charges for what the client does not take at once
   */
  send: (response: ServerResponse, body: Buffer | string, encoding: 'latin1' | 'utf8', caller: object) => void
}

interface Letter { response: ServerResponse, body: Buffer | string, encoding: 'latin1' | 'utf8', caller: object }

/**
 * Answers that wait for each other, at most: what the first one loses stays far below a
 * millisecond.
 */
const most = 32

/**
 * Answers that are made in one turn of the event loop go out together at its end. Written one by
 * one, each would wake a client that has just gone to sleep again, and waking another core was a
 * third of the processor time of a PUT (decision 0021).
 *
 * @param waits told of a connection that has not taken all of an answer
 */
export function createTurn(waits: (socket: Socket, caller: object) => void): Turn {
  let works: (() => void)[] = []
  let letters: Letter[] = []
  let scheduled = false

  function schedule(): void {
    if (!scheduled)
      setImmediate(end)
    scheduled = true
  }

  function end(): void {
    scheduled = false
    const due = works
    works = []
    for (const work of due)
      work()
    post()
  }

  function post(): void {
    const ready = letters
    letters = []
    for (const { response, body, encoding, caller } of ready) {
      const { socket } = response
      if (body.length === 0)
        response.end()
      else if (typeof body === 'string')
        response.end(body, encoding)
      else
        response.end(body)
      if (socket !== null && socket.writableLength > 0)
        waits(socket, caller)
    }
  }

  return {
    atEnd(work) {
      works.push(work)
      schedule()
    },
    send(response, body, encoding, caller) {
      if (letters.push({ response, body, encoding, caller }) === most)
        post()
      else
        schedule()
    },
  }
}
