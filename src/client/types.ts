import type { LarderClientError } from './client-error'

type Scalar = string | number | bigint | boolean | null | undefined | Date | Uint8Array

/** All that can be stored, for types that name themselves, such as one for any JSON. */
type Data = Scalar | readonly Data[] | { readonly [name: string]: Data }
  | ReadonlyMap<Data, Data> | ReadonlySet<Data>

/**
 * `T` if it comes back as it was; otherwise a type that nothing of it can be assigned to. Functions
 * and symbols cannot be stored, and so no class instance with methods.
 */
export type Storable<T> = T extends Data ? T
  : T extends symbol | ((...words: never[]) => unknown) ? never
    : T extends Map<infer K, infer V> ? Map<Storable<K>, Storable<V>>
      : T extends Set<infer V> ? Set<Storable<V>>
        : T extends object ? { [K in keyof T]: Storable<T[K]> } : never

/** A `Storable` that is not `undefined`, which means that nothing is there. */
export type Stored<T> = T extends undefined ? never : Storable<T>

/** Each may also be given by a variable (`LARDER_URL`, …) of the environment or of a `.env`. */
export interface ClientOptions {
  /** Address of the server, such as `http://localhost:7777`. Without one, values stay in this process. */
  url?: string
  /** API key; it needs the scopes read and write. */
  key?: string
  /** Name of the cache. @default 'default' */
  cache?: string
  /** Most entries that this process holds itself. @default 128 */
  maxSize?: number
  /**
   * Seconds for which entries live that are stored without a TTL; null = without end. If it is not
   * given, 3,600 in this process, and as its cache says at a server.
   */
  expiration?: number | null
  /**
   * Whether a hit gives an entry of this process its whole life again, if it was stored without a
   * TTL. @default true
   */
  renewOnHit?: boolean
  /** Seconds after which the server counts as away. @default 1 */
  timeout?: number
  /** Whether to go on in this process while the server is away or switched off. @default false */
  fallback?: boolean
}

/** Times in seconds. */
export interface SetOptions {
  /** How long the entry lives; null = without end. */
  ttl?: number | null | undefined
  /** How long it may be served stale afterwards. */
  grace?: number | undefined
  /** Up to 16. */
  tags?: readonly string[] | undefined
  /** The lease that this value fulfils. */
  lease?: string | undefined
}

export interface RememberOptions {
  grace?: number
  tags?: readonly string[]
  /** Seconds that the function may take while others wait for its value, up to 300. @default 30 */
  lease?: number
}

/** The value, or the right to make it: store it with `set(key, value, { lease })`. */
export type Lease<T> = { value: T, lease?: undefined } | { lease: string, ttl: number, value?: undefined }

/** Which entries: those with a tag, or whose key begins so. */
export type EntrySelection = { tag: string } | { prefix: string }

export type ClientStep
  = | { op: 'get', key: string }
    | { op: 'set' | 'add', key: string, value: unknown, ttl?: number | null, grace?: number, tags?: readonly string[] }
    | { op: 'delete', key: string }
    | { op: 'touch', key: string, ttl: number | null }
    | { op: 'increment', key: string, by?: number, ttl?: number | null, tags?: readonly string[] }

interface StepAnswers {
  get: unknown
  set: true
  add: boolean
  delete: boolean
  touch: boolean
  increment: number
}

/** For each step its answer, or the error that it alone would have thrown. */
export type BatchAnswers<S extends readonly ClientStep[]> = {
  -readonly [I in keyof S]: StepAnswers[S[I]['op']] | LarderClientError
}

export interface ClientEvents {
  /** The server cannot be used, and why. */
  away: { error: LarderClientError }
  /** It can again. */
  back: object
  /** `remember` went without the cache for this key, and why. */
  bypass: { key: string, error: LarderClientError }
}

/** The methods need no `this`. All reject with `LarderClientError` alone. */
export interface LarderClient {
  /** Undefined if there is no such entry. */
  get: <T = unknown>(key: string) => Promise<T | undefined>
  set: <T>(key: string, value: T & Stored<T>, options?: SetOptions) => Promise<void>
  /** Whether there was one. */
  delete: (key: string) => Promise<boolean>
  /** Deletes all entries. */
  flush: () => Promise<void>
  /** Deletes what has expired, and returns how many; undefined if the key may not know. */
  flushExpired: () => Promise<number | undefined>
  /** Gives an entry another TTL in seconds (null = without end). Returns whether there is one. */
  touch: (key: string, ttl: number | null) => Promise<boolean>
  /**
   * Adds to a whole number, at first to 0, and returns the sum. Rejects with `not-a-number` also if
   * the sum is beyond ±(2⁵³ − 1); it is stored all the same.
   */
  increment: (key: string, by?: number, options?: Omit<SetOptions, 'lease'>) => Promise<number>
  /** The tags of an entry; undefined if there is none. Counts as no read. */
  tags: (key: string) => Promise<string[] | undefined>
  /** Deletes the chosen entries, and returns how many; undefined if the key may not know. */
  invalidate: (which: EntrySelection) => Promise<number | undefined>
  /** All keys, or those that begin with `prefix`. */
  keys: (prefix?: string) => AsyncIterable<string>
  /**
   * The value if there is one; else the right to make it for `ttl` seconds (30), which one caller
   * gets. At a server the others wait for it up to `wait` seconds (0). Then they get `lease-held`.
   */
  lease: <T = unknown>(key: string, options?: { ttl?: number, wait?: number }) => Promise<Lease<T>>
  /**
   * Several steps in one request, in order; with `atomic` all of them or none. A server refuses
   * more than 10,000 steps (`invalid-input`), or 3 MB of values (`too-large`).
   */
  batch: <const S extends readonly ClientStep[]>(steps: S, options?: { atomic?: boolean }) => Promise<BatchAnswers<S>>
  /**
   * The value of the key, or that of `make`, which is then stored for `ttl` seconds (null = without
   * end). Of all that ask at the same time, in whatever process, one calls `make`. Without a server
   * that works, it is called each time. Rejects with what `make` throws, and for a bad key or TTL.
   */
  remember: <T>(
    key: string,
    ttl: number | null,
    make: (() => T | Promise<T>) & ([T] extends [Storable<T>] ? unknown : never),
    options?: RememberOptions,
  ) => Promise<T>
  /** `set` with the TTL of the options. */
  store: <T>(key: string, data: T & Stored<T>) => Promise<void>
  /** `get`. */
  retrieve: <T = unknown>(key: string) => Promise<T | undefined>
  /** Calls the listener from now on; returns how to end that. */
  on: <E extends keyof ClientEvents>(event: E, listener: (happened: ClientEvents[E]) => void) => () => void
  /** Closes idle connections. */
  close: () => void
}
