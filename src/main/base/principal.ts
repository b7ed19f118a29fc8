import { LarderError } from '@shared/errors'

export type ScopeName = 'read' | 'write' | 'admin'

/** Who makes a request, and what they may do. Built once per credential, not per request. */
export interface Principal {
  readonly kind: 'key' | 'session' | 'control' | 'environment' | 'anonymous'
  /** Id of the API key; null for the other kinds. */
  readonly keyId: string | null
  readonly userId: string
  /** Whether the user is an administrator and may do things that concern everybody. */
  readonly admin: boolean
  /** Already widened: `admin` includes `read` and `write`. */
  readonly scopes: ReadonlySet<ScopeName>
  /** Names of the caches that it may reach; null = all caches of its user. */
  readonly caches: ReadonlySet<string> | null
  /** Browser origins that may use it (CORS). */
  readonly origins: ReadonlySet<string>
}

/** Checks credentials. The guards call it once per request, so it is synchronous and fast. */
export interface Authenticator {
  /**
   * Returns the holder of this API key, session or control token; undefined if it is wrong, revoked
   * or expired. If `attended` is false, the request does not count as use, so a session continues
   * to idle.
   *
   * @default true
   */
  authenticate: (secret: string, attended?: boolean) => Principal | undefined
  /**
   * The same for a connection that stays open: it does not count as use, so a session may expire
   * while the connection is open.
   */
  stillHolds: (secret: string) => Principal | undefined
  /**
   * What a request without any credential may do; undefined while such requests are not allowed.
   */
  anonymous: () => Principal | undefined
  /**
   * Whether any key allows this browser origin. Preflights are answered from the union of all keys.
   */
  allowsOrigin: (origin: string) => boolean
}

/**
 * The value that a client without a key may send as one. It proves only that the request was not
 * sent by a web page without permission: a browser asks the server before it lets a page send this
 * header to another origin. Shorter than any secret may be.
 */
export const anonymousKey = 'anonymous'

/** Throws LarderError `out-of-scope`. */
export function requireScope(principal: Principal, scope: ScopeName): void {
  if (!principal.scopes.has(scope)) {
    throw new LarderError(
      'out-of-scope',
      `This needs the scope ${scope}; ${principal.kind === 'anonymous' ? 'requests without a key have' : 'the key has'} `
      + `${[...principal.scopes].join(', ')}.`,
    )
  }
}

/**
 * Whether the caller may act for the whole server: an administrator, through a credential that
 * carries `admin`.
 */
export function isAdministrator(principal: Pick<Principal, 'admin' | 'scopes'> | null): boolean {
  return principal !== null && principal.admin && principal.scopes.has('admin')
}

/**
 * Whose credential this is. Whoever uses the anonymous one is nobody's user, and counts by itself.
 */
export function userOf(caller: object): unknown {
  return 'userId' in caller && !('kind' in caller && caller.kind === 'anonymous') ? caller.userId : caller
}

/** Scopes as a set, together with those that they include. */
export function widenScopes(scopes: readonly ScopeName[]): ReadonlySet<ScopeName> {
  return new Set(scopes.includes('admin') ? ['read', 'write', 'admin'] : scopes)
}
