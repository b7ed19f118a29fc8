import { LarderError } from '@shared/errors'

export type ScopeName = 'read' | 'write' | 'admin'

/** Who makes a request, and what they may do. Built once per credential, not per request. */
export interface Principal {
  readonly kind: 'key' | 'session' | 'control' | 'environment' | 'anonymous'
  /** Id of the API key; null for the other kinds. */
  readonly keyId: string | null
  readonly userId: string
  /** Whether the user is an administrator, so may do what concerns everybody. */
  readonly admin: boolean
  /** Already widened: `admin` includes `read` and `write`. */
  readonly scopes: ReadonlySet<ScopeName>
  /** Names of the caches it may reach; null = all of its user's. */
  readonly caches: ReadonlySet<string> | null
  /** Browser origins that may use it (CORS). */
  readonly origins: ReadonlySet<string>
}

/** Checks credentials. The guards ask it once per request, so it is synchronous and fast. */
export interface Authenticator {
  /**
   * The holder of this API key, session or control token; undefined when it is wrong, revoked or
   * expired. A session idles on under what nobody `attended`.
   *
   * @default true
   */
  authenticate: (secret: string, attended?: boolean) => Principal | undefined
  /**
   * The same for a connection that stays open: it does not count as use, so a session idles out
   * under it.
   */
  stillHolds: (secret: string) => Principal | undefined
  /** What a request without any credential may do; undefined while that is off. */
  anonymous: () => Principal | undefined
  /** Whether any key allows this browser origin (the union that preflights are answered from). */
  allowsOrigin: (origin: string) => boolean
}

/**
 * What a client without a key may send as one. It proves nothing but that no page sent the request
 * unasked: a browser asks the server before it lets a page send this header elsewhere. Shorter than
 * any secret may be.
 */
export const anonymousKey = 'anonymous'

/** Throws LarderError `out-of-scope`. */
export function requireScope(principal: Principal, scope: ScopeName): void {
  if (!principal.scopes.has(scope)) {
    throw new LarderError(
      'out-of-scope',
      `This needs the scope ${scope}; the key has ${[...principal.scopes].join(', ')}.`,
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

/** Scopes as a set, with what they include. */
export function widenScopes(scopes: readonly ScopeName[]): ReadonlySet<ScopeName> {
  return new Set(scopes.includes('admin') ? ['read', 'write', 'admin'] : scopes)
}
