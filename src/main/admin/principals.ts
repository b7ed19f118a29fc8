import type { KeyRecord, UserRecord } from '../base/metadata'
import type { Principal, ScopeName } from '../base/principal'
import { widenScopes } from '../base/principal'

const nothing: ReadonlySet<string> = new Set()

/** The holder of an API key. Its reach names caches, which may be renamed while it is in use. */
export interface KeyPrincipal extends Principal { readonly caches: Set<string> | null }

export function keyPrincipal(key: KeyRecord, user: UserRecord): KeyPrincipal {
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
