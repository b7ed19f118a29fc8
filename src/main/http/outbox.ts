import type { ServerResponse } from 'node:http'

/** Ends an answer, of which the head is made already, with its body. It is written before the event loop waits again. */
export type Outbox = (response: ServerResponse, body: Buffer | string, encoding: 'latin1' | 'utf8') => void

interface Letter { response: ServerResponse, body: Buffer | string, encoding: 'latin1' | 'utf8' }

/** Answers that wait for each other, at most: what the first one loses stays far below a millisecond. */
const most = 32

/**
 * Answers that are made in one turn of the event loop go out together at its end. Written one by one, each would wake a client that has just gone to sleep again,
 * and waking another core was a third of the processor time of a PUT (docs/performance.md).
 */
export function createOutbox(): Outbox {
  let letters: Letter[] = []
  let scheduled: NodeJS.Immediate | undefined

  function flush(): void {
    clearImmediate(scheduled)
    scheduled = undefined
    const ready = letters
    letters = []
    for (const { response, body, encoding } of ready) {
      if (body.length === 0)
        response.end()
      else if (typeof body === 'string')
        response.end(body, encoding)
      else
        response.end(body)
    }
  }

  return (response, body, encoding) => {
    if (letters.push({ response, body, encoding }) === most)
      flush()
    else
      scheduled ??= setImmediate(flush)
  }
}
