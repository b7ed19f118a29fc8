import type { Client } from '../../../shared/operations'
import type { Entries } from './entries'
import type { EventFeed } from './event-feed'
import type { RawAnswer, RawRequest } from './raw-request'
import type { SessionToken } from './session-token'
import { createClient } from './client'
import { createEntries } from './entries'
import { createEventFeed } from './event-feed'
import { createHttpTransport } from './http-transport'
import { sendRaw } from './raw-request'
import { createSessionToken } from './session-token'

/** Everything that the console may ask of the server. */
export interface Api {
  readonly client: Client
  /** The entries themselves, over face 3 of the data plane. */
  readonly entries: Entries
  readonly events: EventFeed
  readonly session: SessionToken
  /** Scheme, host and port that apps under test use. */
  readonly origin: string
  send: (request: RawRequest) => Promise<RawAnswer>
  /** The OpenAPI document of this server. Throws LarderError. */
  document: () => Promise<unknown>
  /** The server refused this tab's session. Returns the function that ends listening. */
  onSessionEnd: (listener: () => void) => () => void
}

export interface ApiOptions {
  fetch: typeof fetch
  origin: string
  storage: () => Storage
}

export function createApi({ fetch, origin, storage }: ApiOptions): Api {
  const session = createSessionToken(storage)
  const ended = new Set<() => void>()
  const transport = createHttpTransport({ fetch, origin, session, onSessionEnd: () => ended.forEach(listener => listener()) })

  return {
    client: createClient(transport),
    entries: createEntries(transport.request),
    events: createEventFeed({ open: signal => transport.open('/events', signal), wait }),
    session,
    origin,
    send: request => sendRaw(request, { fetch, origin, session }),
    document: () => transport.read('/openapi.json'),
    onSessionEnd(listener) {
      ended.add(listener)
      return () => void ended.delete(listener)
    },
  }
}

/** The API over HTTP to the server that this page came from. */
export function browserApi(): Api {
  return createApi({ fetch: (input, init) => fetch(input, init), origin: location.origin, storage: () => sessionStorage })
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(finish, milliseconds)
    signal.addEventListener('abort', finish, { once: true })
    function finish(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      if (signal.aborted)
        reject(signal.reason)
      else
        resolve()
    }
  })
}
