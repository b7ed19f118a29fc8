/** One dispatched event of a stream. */
export interface StreamEvent { type: string, data: string }

interface EventParser {
  /**
   * Takes the next bytes, which may be cut anywhere: inside a character, inside a line, between CR
   * and LF. Throws if an event is too large.
   */
  push: (bytes: Uint8Array) => void
}

/** Maximum number of characters of one event: far more than any payload has, yet harmless. */
const eventLimit = 4 * 1024 * 1024

/**
 * A parser of server-sent events as in the HTML standard (§9.2.6, "Interpreting an event stream"):
 * lines end in CR, LF or CRLF, a blank line dispatches the event, and an event that the end of the
 * stream cuts off is dropped. `id` is ignored, because the console reads the state again after a
 * reconnect instead of requesting the events that it missed.
 */
export function createEventParser(
  handlers: { onEvent: (event: StreamEvent) => void, onRetry: (milliseconds: number) => void },
): EventParser {
  const decoder = new TextDecoder()
  let line = ''
  let endedInCarriageReturn = false
  let type = ''
  let data: string[] = []
  let size = 0

  function endLine(text: string): void {
    if (text === '')
      return dispatch()
    const colon = text.indexOf(':')
    // A leading colon marks a comment, which serves as a heartbeat.
    if (colon === 0)
      return
    const field = colon === -1 ? text : text.slice(0, colon)
    const value = colon === -1 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') {
      type = value
    }
    else if (field === 'data') {
      data.push(value)
      size += value.length
    }
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) {
      handlers.onRetry(Number(value))
    }
  }

  function dispatch(): void {
    const event = { type: type || 'message', data: data.join('\n') }
    const complete = data.length > 0
    type = ''
    data = []
    size = 0
    if (complete)
      handlers.onEvent(event)
  }

  return {
    push(bytes) {
      let text = decoder.decode(bytes, { stream: true })
      if (text === '')
        return
      if (endedInCarriageReturn && text.startsWith('\n'))
        text = text.slice(1)
      endedInCarriageReturn = text.endsWith('\r')
      const lines = (line + text).split(/\r\n|\r|\n/)
      line = lines.pop() ?? ''
      lines.forEach(endLine)
      if (size + line.length > eventLimit)
        throw new RangeError('An event of the stream is larger than 4 MiB')
    },
  }
}
