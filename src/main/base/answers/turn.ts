import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Work that is put off to the end of a turn of the event loop. All of it is done before the loop
 * waits again.
 */
export interface Turn {
  /** Runs `work` once everything that arrived in this turn has been parsed. */
  atEnd: (work: () => void) => void
  /**
   * Ends an answer with its body, after all `atEnd` work. The head must be written already.
   *
   * @param caller the caller that the budget charges for what the client does not take at once
   */
  send: (response: ServerResponse, body: Buffer | string, encoding: 'latin1' | 'utf8', caller: object) => void
}

interface Letter { response: ServerResponse, body: Buffer | string, encoding: 'latin1' | 'utf8', caller: object }

/**
 * Largest number of answers that wait for each other; the first one loses far less than a
 * millisecond.
 */
const most = 32

/**
 * Sends the answers that are made in one turn of the event loop together at its end. If each were
 * written separately, it would wake a client that has just gone to sleep again, and waking another
 * core took a third of the processor time of a PUT (decision 0021).
 *
 * @param waits called with a connection that has not taken all of an answer
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
