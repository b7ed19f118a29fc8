import type { LarderBridge } from '@shared/ipc'
import type { Client } from '@shared/operations'
import type { Entries } from './entry-calls'
import type { EventFeed } from './event-feed'
import type { RawAnswer, RawRequest } from './raw-request'
import type { SessionToken } from './session-token'
import { createAttention } from './attention'
import { createBridgeFeed } from './bridge-feed'
import { createBridgeTransport } from './bridge-transport'
import { createApiClient } from './client'
import { createEntries } from './entries'
import { createEventStream } from './event-stream'
import { createHttpTransport } from './http-transport'
import { sendRaw } from './raw-request'
import { createSessionToken } from './session-token'
import { createSharedFeed } from './shared-feed'
import { openChannel } from './tab-messages'

/** Everything that the console can do on the server. */
export interface Api {
  readonly client: Client
  /** The entries of the caches, over the native face of the data plane. */
  readonly entries: Entries
  readonly events: EventFeed
  readonly session: SessionToken
  /** Scheme, host and port at which apps under test reach the server. */
  readonly origin: string
  /** Whether this is the desktop window: its owner is signed in from the start and without end. */
  readonly owned: boolean
  send: (request: RawRequest) => Promise<RawAnswer>
  /** The OpenAPI document of this server. Throws LarderError. */
  document: () => Promise<unknown>
  /** Tells `listener` when the server refuses this tab's session. Returns a function to stop it. */
  onSessionEnd: (listener: () => void) => () => void
}

interface ApiOptions {
  fetch: typeof fetch
  /** Scheme, host and port that this page sends its requests to. */
  base: string
  /** Scheme, host and port that apps under test use. @default `base` */
  origin?: string
  storage: () => Storage
  /** The page, if its tabs share their session. @default they do not */
  page?: Pick<EventTarget, 'addEventListener'>
  /** Whether somebody is using the page. @default always */
  attended?: () => boolean
  /**
   * The bridge of the desktop window. Operations and events then use it, and fetch sends only the
   * requests that apps would send.
   */
  bridge?: LarderBridge
}

function createApi({ fetch, base, origin = base, storage, page, attended, bridge }: ApiOptions): Api {
  const session = createSessionToken(storage, page)
  const ended = new Set<() => void>()
  const transport = createHttpTransport({
    fetch,
    origin: base,
    session,
    onSessionEnd: () => ended.forEach(listener => listener()),
    ...(attended && { attended }),
  })

  return {
    client: createApiClient(bridge ? createBridgeTransport(bridge) : transport),
    entries: createEntries(transport.request),
    events: bridge
      ? createBridgeFeed(bridge)
      : createSharedFeed({
          read: createEventStream({ open: signal => transport.open('/events', signal), wait }),
          name: () => hallOf(session.get()),
          locks: navigator.locks as LockManager | undefined,
          open: openChannel,
          page: document,
          newId: () => crypto.randomUUID(),
        }),
    session,
    origin,
    owned: bridge !== undefined,
    send: request => sendRaw(request, { fetch, origin: base, session }),
    document: () => transport.read('/openapi.json'),
    onSessionEnd(listener) {
      ended.add(listener)
      return () => void ended.delete(listener)
    },
  }
}

/** The API over HTTP to the server that this page came from. */
export function browserApi(): Api {
  return createApi({
    fetch: (input, init) => fetch(input, init),
    base: location.origin,
    storage: () => localStorage,
    page: window,
    attended: createAttention(window, () => Date.now()),
  })
}

/**
 * The API over the bridge of the desktop window. Apps under test reach the server at `origin`.
 */
export function desktopApi(bridge: LarderBridge, origin: string): Api {
  return createApi({
    fetch: (input, init) => fetch(input, init),
    base: location.origin,
    origin,
    storage: () => sessionStorage,
    bridge,
  })
}

/**
 * The name under which the tabs of a session find each other. Tabs of another session do not know
 * it, and it does not tell the token. Its number is that of the messages.
 */
async function hallOf(token: string | null): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token ?? ''))
  return `larder.events.1.${new Uint8Array(digest.slice(0, 16)).join('.')}`
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
