import type { ConnectionDefinition } from '@shared/connections/read'
import type { ConnectionStep } from '@shared/connections/schemas'
import type { FieldError } from '@shared/errors'
import type { Origin } from '../base/origin'
import type { Backend } from '../serving/backends/backend'
import type { OnChanged, TrackingLink, TrackingTimes } from '../serving/backends/tracking'
import type { Source } from '../serving/sources/source'

/** An open way to an upstream. */
export interface Link {
  /** What answers there, such as `Redis 7.0.15`. */
  readonly server: string
  /** Resolves when the way has ended, with the reason as a sentence. */
  readonly ended: Promise<string>
  /** Gives back everything at once. May be called twice. */
  close: () => void
  /** Reads, and writes where that is asked for, without changing anything of anybody. */
  probe: (write: boolean, attempt: Attempt) => Promise<void>
  source: (options: SourceOptions) => Source
  backend: () => Backend
  /** The server itself, for a gateway. Missing where it does not speak HTTP. */
  origin?: () => Origin
  /**
   * Opens a way by which the server tells of changes of keys with this prefix; it ends with the
   * link. Missing where the server tells of none.
   */
  track?: (prefix: string, onChanged: OnChanged, attempt: Attempt, times: TrackingTimes) => Promise<TrackingLink>
}

/** How far a way is being opened or tried. */
export interface Attempt {
  signal: AbortSignal
  /** Called before each step. */
  step: (step: ConnectionStep) => void
}

export interface SourceOptions {
  /** Media type of values whose type the upstream does not tell. */
  format: string
}

/** One technology. All failures are SourceErrors, whose sentences hold no secret. */
export interface Driver {
  open: (definition: ConnectionDefinition, attempt: Attempt) => Promise<Link>
  /** What is wrong with fields on this machine, found out without opening anything. */
  refuse?: (definition: Pick<ConnectionDefinition, 'values'>) => FieldError | null
}

/** A technology that is loaded when it is first used: a start should not pay for it. */
export interface LazyDriver {
  /**
   * What its sources can do besides reading. `replace` and `end` are those of its backends as well:
   * compare and set, and let go what has come to its end.
   */
  abilities: ReadonlySet<'write' | 'replace' | 'touch' | 'list' | 'end'>
  load: () => Promise<Driver>
}
