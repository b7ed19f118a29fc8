/** A value on its way to a store: what it is, and its text or bytes. */
export interface Packed { type: string, body: string | Uint8Array }

/** A value as a store has it. */
export interface Held { type: string, bytes: Uint8Array }

/** Times in seconds; a TTL of null has no end, and none is that of the store. */
interface Life { ttl?: number | null | undefined, grace?: number | undefined, tags?: readonly string[] | undefined }

export type StoreStep
  = | { op: 'get' | 'delete' | 'peek', key: string }
    | { op: 'set' | 'add', key: string, lease?: string | undefined } & Packed & Life
    | { op: 'touch', key: string, ttl: number | null }
    | { op: 'increment', key: string, by: number } & Life

/**
 * What a step gave: `get` a value or undefined, `peek` the tags or undefined, `increment` the sum
 * as text, the others whether they did it. Of a batch it may be the error of this step alone.
 */
export type StepResult = Held | string[] | string | boolean | Error | undefined

/** Which entries. */
export type Chosen = { tag: string } | { prefix: string } | { expired: true } | { glob: '*' }

/** Where values are: at a server, or in this process. Rejects with LarderClientError. */
export interface ClientStore {
  run: (step: StoreStep) => Promise<StepResult>
  /** Steps in order, and with `atomic` all of them or none. */
  batch: (steps: readonly StoreStep[], atomic: boolean) => Promise<StepResult[]>
  /** The value, or a lease; neither if the store cannot lease this key. */
  lease: (key: string, ttl: number, wait: number) => Promise<{ held?: Held, lease?: string }>
  /** Deletes, and returns how many; undefined if the caller may not know. */
  invalidate: (which: Chosen) => Promise<number | undefined>
  /** A page of keys, and how to get the next one. */
  page: (prefix: string, cursor: string | null) => Promise<{ keys: string[], cursor: string | null }>
  close: () => void
}
