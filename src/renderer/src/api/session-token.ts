import { ignoringBlockedStorage } from '../storage'

/**
 * The bearer token of the signed-in session. It lives as long as the tab: a reload keeps it, and
 * other tabs do not see it.
 */
export interface SessionToken {
  get: () => string | null
  set: (token: string | null) => void
}

const name = 'larder.session'

export function createSessionToken(storage: () => Storage): SessionToken {
  let token: string | null | undefined

  return {
    get: () => token ??= ignoringBlockedStorage(() => storage().getItem(name)) ?? null,
    set(next) {
      token = next
      ignoringBlockedStorage(() => next === null ? storage().removeItem(name) : storage().setItem(name, next))
    },
  }
}
