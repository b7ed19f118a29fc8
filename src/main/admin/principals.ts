import type { KeyRecord, UserRecord } from '../base/metadata'
import type { Principal, ScopeName } from '../base/principal'
import { widenScopes } from '../base/principal'

const nothing: ReadonlySet<string> = new Set()

export function keyPrincipal(key: KeyRecord, user: UserRecord): Principal {
  return {
    kind: 'key',
    keyId: key.id,
    userId: user.id,
    admin: user.admin,
    scopes: widenScopes(key.scopes),
    caches: key.caches === null ? null : new Set(key.caches),
    origins: new Set(key.origins),
  }
}

/** A caller with all rights of the user: by session, control token or environment key. */
export function userPrincipal(kind: 'session' | 'control' | 'environment', user: UserRecord): Principal {
  return {
    kind,
    keyId: null,
    userId: user.id,
    admin: user.admin,
    scopes: widenScopes(['admin']),
    caches: null,
    origins: nothing,
  }
}

/** A caller without a key, on the owner's caches. Never an administrator, although the owner is. */
export function anonymousPrincipal(owner: UserRecord, scopes: readonly ScopeName[]): Principal {
  return {
    kind: 'anonymous',
    keyId: null,
    userId: owner.id,
    admin: false,
    scopes: widenScopes(scopes),
    caches: null,
    origins: nothing,
  }
}
