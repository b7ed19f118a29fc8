import type { z } from 'zod'
import type { ErrorCode } from './errors'
import * as s from './schemas'

/**
 * The table of operations: every management operation once. HTTP admin routes, IPC channels, the
 * OpenAPI document and the typed client are all derived from it.
 */
export interface OperationSpec<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /**
   * Path with `{name}` for the input fields that travel in it; the others travel in the query (GET,
   * DELETE) or the body.
   */
  path: string
  /** Scope that the credential needs; `open`: none at all; `any`: any valid credential. */
  scope: 'open' | 'any' | 'read' | 'write' | 'admin'
  /**
   * `own`: acts on the caller's own things. `server`: concerns everybody, so the caller must be an
   * administrator.
   */
  reach: 'own' | 'server'
  /** Whether it changes state; decides the cross-origin guard, whatever the verb. */
  mutates: boolean
  summary: string
  input: I
  output: O
  /** Status of success; 204 answers no body. */
  status: 200 | 201 | 204
  /** Media type of the answer, JSON unless said. */
  media?: string
  /** Expected errors beyond those that the guards give to every operation. */
  errors: readonly ErrorCode[]
}

function operation<I extends z.ZodType, O extends z.ZodType>(spec: OperationSpec<I, O>): OperationSpec<I, O> {
  return spec
}

export const operations = {
  'caches.list': operation({
    method: 'GET',
    path: '/admin/caches',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'List your caches with counts, bytes and statistics.',
    input: s.Nothing,
    output: s.Cache.array(),
    errors: [],
  }),
  'caches.create': operation({
    method: 'POST',
    path: '/admin/caches',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    summary: 'Create a cache.',
    input: s.CacheCreate,
    output: s.Cache,
    errors: ['name-taken', 'quota-reached'],
  }),
  'caches.get': operation({
    method: 'GET',
    path: '/admin/caches/{name}',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Read one cache.',
    input: s.CacheSelect,
    output: s.Cache,
    errors: ['cache-not-found'],
  }),
  'caches.update': operation({
    method: 'PATCH',
    path: '/admin/caches/{name}',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 200,
    summary: 'Change any setting of a cache; {"enabled":false} switches it off.',
    input: s.CacheUpdate,
    output: s.Cache,
    errors: ['cache-not-found'],
  }),
  'caches.delete': operation({
    method: 'DELETE',
    path: '/admin/caches/{name}',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 204,
    summary: 'Delete a cache with its entries.',
    input: s.CacheSelect,
    output: s.NoContent,
    errors: ['cache-not-found', 'protected'],
  }),
  'caches.flush': operation({
    method: 'POST',
    path: '/admin/caches/{name}/flush',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 200,
    summary: 'Delete all entries of a cache.',
    input: s.CacheSelect,
    output: s.Matched,
    errors: ['cache-not-found'],
  }),

  'switch.get': operation({
    method: 'GET',
    path: '/admin/switch',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Read the global switch.',
    input: s.Nothing,
    output: s.Switch,
    errors: [],
  }),
  'switch.set': operation({
    method: 'PUT',
    path: '/admin/switch',
    scope: 'admin',
    reach: 'server',
    mutates: true,
    status: 200,
    summary: 'Switch all caching on or off.',
    input: s.Switch,
    output: s.Switch,
    errors: [],
  }),

  'keys.list': operation({
    method: 'GET',
    path: '/admin/keys',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'List your API keys, without their secrets.',
    input: s.Nothing,
    output: s.Key.array(),
    errors: [],
  }),
  'keys.create': operation({
    method: 'POST',
    path: '/admin/keys',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    summary: 'Create an API key; the answer holds the secret once.',
    input: s.KeyCreate,
    output: s.KeyWithSecret,
    errors: [],
  }),
  'keys.update': operation({
    method: 'PATCH',
    path: '/admin/keys/{id}',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 200,
    summary: 'Change label, scopes, caches or browser origins of an API key.',
    input: s.KeyUpdate,
    output: s.Key,
    errors: ['key-not-found'],
  }),
  'keys.revoke': operation({
    method: 'DELETE',
    path: '/admin/keys/{id}',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 204,
    summary: 'Revoke an API key at once.',
    input: s.KeySelect,
    output: s.NoContent,
    errors: ['key-not-found'],
  }),
  'keys.reveal': operation({
    method: 'POST',
    path: '/admin/keys/{id}/reveal',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 200,
    summary: 'Read an API key\'s secret from the vault.',
    input: s.KeySelect,
    output: s.KeyWithSecret,
    errors: ['key-not-found', 'secret-unavailable', 'vault-unavailable'],
  }),
  'keys.rotate': operation({
    method: 'POST',
    path: '/admin/keys/{id}/rotate',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 200,
    summary: 'Give an API key a new secret; the old one works for `overlap` more seconds.',
    input: s.KeyRotate,
    output: s.KeyWithSecret,
    errors: ['key-not-found'],
  }),

  'users.list': operation({
    method: 'GET',
    path: '/admin/users',
    scope: 'admin',
    reach: 'server',
    mutates: false,
    status: 200,
    summary: 'List the users.',
    input: s.Nothing,
    output: s.User.array(),
    errors: [],
  }),
  'users.create': operation({
    method: 'POST',
    path: '/admin/users',
    scope: 'open',
    reach: 'own',
    mutates: true,
    status: 201,
    summary: 'Register a user; once the owner has a password, only an administrator may.',
    input: s.UserCreate,
    output: s.User,
    errors: ['name-taken', 'registration-closed', 'too-many-attempts', 'overloaded'],
  }),
  'users.update': operation({
    method: 'PATCH',
    path: '/admin/users/{id}',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 200,
    summary: 'Change your name or password; administrators may change, disable and limit every user.',
    input: s.UserUpdate,
    output: s.User,
    errors: ['user-not-found', 'name-taken', 'admin-only', 'protected', 'overloaded'],
  }),
  'users.delete': operation({
    method: 'DELETE',
    path: '/admin/users/{id}',
    scope: 'admin',
    reach: 'server',
    mutates: true,
    status: 204,
    summary: 'Delete a user with all caches, entries and API keys.',
    input: s.UserSelect,
    output: s.NoContent,
    errors: ['user-not-found', 'protected'],
  }),

  'session.create': operation({
    method: 'POST',
    path: '/admin/session',
    scope: 'open',
    reach: 'own',
    mutates: true,
    status: 201,
    summary: 'Sign in with a one-time code, or with name and password.',
    input: s.SessionCreate,
    output: s.Session,
    errors: ['sign-in-failed', 'too-many-attempts', 'overloaded'],
  }),
  'session.get': operation({
    method: 'GET',
    path: '/admin/session',
    scope: 'any',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Show who you are and what you may do.',
    input: s.Nothing,
    output: s.WhoAmI,
    errors: [],
  }),
  'session.delete': operation({
    method: 'DELETE',
    path: '/admin/session',
    scope: 'any',
    reach: 'own',
    mutates: true,
    status: 204,
    summary: 'Sign out.',
    input: s.Nothing,
    output: s.NoContent,
    errors: [],
  }),
  'session.code': operation({
    method: 'POST',
    path: '/admin/session/code',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    summary: 'Make a one-time sign-in code for yourself (10 minutes, single use).',
    input: s.Nothing,
    output: s.SignInCode,
    errors: [],
  }),
  'session.page': operation({
    method: 'POST',
    path: '/admin/session/page',
    scope: 'admin',
    reach: 'server',
    mutates: true,
    status: 201,
    summary: 'Write a page into the data folder that signs in the person who opens it, once. Its path holds no secret.',
    input: s.Nothing,
    output: s.SignInPage,
    errors: [],
  }),

  'settings.get': operation({
    method: 'GET',
    path: '/admin/settings',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Read the settings and the state of the vault; only administrators see paths on the machine.',
    input: s.Nothing,
    output: s.Settings,
    errors: [],
  }),
  'settings.update': operation({
    method: 'PATCH',
    path: '/admin/settings',
    scope: 'admin',
    reach: 'server',
    mutates: true,
    status: 200,
    summary: 'Change settings.',
    input: s.SettingsUpdate,
    output: s.Settings,
    errors: [],
  }),
  'stats.get': operation({
    method: 'GET',
    path: '/admin/stats',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Statistics of all your caches; administrators also get those of the whole server.',
    input: s.Nothing,
    output: s.ServerStatistics,
    errors: [],
  }),
  'requests.list': operation({
    method: 'GET',
    path: '/admin/requests',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'The newest requests to your caches.',
    input: s.RequestQuery,
    output: s.RequestList,
    errors: [],
  }),

  'health.live': operation({
    method: 'GET',
    path: '/healthz',
    scope: 'open',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'The server is alive.',
    input: s.Nothing,
    output: s.Liveness,
    errors: [],
  }),
  'health.ready': operation({
    method: 'GET',
    path: '/readyz',
    scope: 'open',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Whether the server can take traffic, with the state of each store; only administrators see why one fails.',
    input: s.Nothing,
    output: s.Readiness,
    errors: ['not-ready'],
  }),
  'metrics.get': operation({
    method: 'GET',
    path: '/metrics',
    scope: 'read',
    reach: 'own',
    mutates: false,
    status: 200,
    media: 'text/plain; version=0.0.4; charset=utf-8',
    summary: 'Statistics of your caches as Prometheus text; administrators also get those of the process.',
    input: s.Nothing,
    output: s.PlainText,
    errors: [],
  }),
} as const

type Operations = typeof operations
export type OperationName = keyof Operations
/** What a caller passes: defaults may be left out. */
export type OperationInput<N extends OperationName> = z.input<Operations[N]['input']>
/** What a handler receives: defaults are filled in. */
export type OperationParsed<N extends OperationName> = z.output<Operations[N]['input']>
export type OperationOutput<N extends OperationName> = z.output<Operations[N]['output']>
/** One function per operation; over HTTP, IPC or in process. */
export type Client = { [N in OperationName]: (
  ...input: Record<string, never> extends OperationInput<N> ? [OperationInput<N>?] : [OperationInput<N>]
) => Promise<OperationOutput<N>> }
