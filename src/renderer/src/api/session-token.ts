import { ignoringBlockedStorage } from '../storage'

/** A session as this browser keeps it for all tabs of the console. */
export interface KeptSession {
  /** Bearer token. */
  token: string
  /** Id of the user. */
  user: string
}

/**
 * The session that this tab works with. A reload keeps it, and the tabs of a browser share it: what
 * one of them sets reaches the others. In a browser that blocks storage it belongs to the page.
 */
export interface SessionToken {
  /** The bearer token of this tab; null = nobody is signed in. */
  get: () => string | null
  /** Signs in or out, in all tabs. Leaves a session alone that another tab has set meanwhile. */
  set: (session: KeptSession | null) => void
  /** The session that the tabs share at this moment, whether or not this tab uses it. */
  shared: () => KeptSession | null
  /** Uses what another tab has set, in this tab. */
  adopt: (session: KeptSession | null) => void
  /** Tells `listener` what another tab has set. */
  onShared: (listener: (session: KeptSession | null) => void) => void
}

const name = 'larder.session'

/**
 * @param page tells when another tab has changed the storage, or when the browser shows this page
 *   again that it had put aside; without it, nothing is shared
 */
export function createSessionToken(
  storage: () => Storage,
  page?: Pick<EventTarget, 'addEventListener'>,
): SessionToken {
  const shared = (): KeptSession | null =>
    parseSession(ignoringBlockedStorage(() => storage().getItem(name)) ?? 'null')
  let token = shared()?.token ?? null

  return {
    get: () => token,
    shared,
    set(next) {
      const own = token
      token = next?.token ?? null
      ignoringBlockedStorage(() => {
        if (next !== null)
          storage().setItem(name, JSON.stringify(next))
        else if (shared()?.token === own)
          storage().removeItem(name)
      })
    },
    adopt(session) {
      token = session?.token ?? null
    },
    onShared(listener) {
      function look(event: Event): void {
        if ('key' in event && event.key !== name && event.key !== null)
          return
        const session = shared()
        if ((session?.token ?? null) !== token)
          listener(session)
      }
      page?.addEventListener('storage', look)
      page?.addEventListener('pageshow', event => 'persisted' in event && event.persisted && look(event))
    },
  }
}

function parseSession(text: string): KeptSession | null {
  try {
    const { token, user } = JSON.parse(text) as Record<string, unknown>
    return typeof token === 'string' && typeof user === 'string' ? { token, user } : null
  }
  catch {
    // Nothing is kept, or another page of this origin has written here: nobody is signed in.
    return null
  }
}
