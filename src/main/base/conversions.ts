import type { FormatName } from '@shared/formats'
import type { Buffer } from 'node:buffer'
import type { Hold } from './in-flight'

/**
 * Reads and writes values in the formats of `@shared/formats`. Implemented in `codecs/`. Everything
 * rejects with FormatFault if a value is not what it claims to be, or cannot be written as wanted,
 * and with LarderError `overloaded` if there is too much to do.
 */
export interface Conversions {
  /**
   * The same value in another format.
   *
   * @param limit the most bytes that may come out
   * @param asker whoever waits for it; without one it is done in any case
   */
  convert: (bytes: Buffer, from: FormatName, to: FormatName, limit: number, asker?: Asker) => Promise<Buffer>
  check: (bytes: Buffer, format: FormatName) => Promise<void>
  /** The formats that this very value can be had in, its own included. */
  formatsOf: (bytes: Buffer, format: FormatName, asker?: Asker) => Promise<FormatName[]>
}

/** Somebody who waits for a conversion. What comes out may be shared by several. */
export interface Asker {
  /** Aborts when the result is wanted no more; its reason is what the conversion rejects with. */
  readonly left: AbortSignal
  /**
   * Counts what the work takes besides the value, once it begins; it is released when the work has
   * ended, whoever has left until then. Undefined if there is no room.
   *
   * @param drop ends the work; see InFlight
   */
  reserve: (drop: () => void) => Pick<Hold, 'release'> | undefined
}

/**
 * `broken`: the bytes are not what their type says. `unfit`: the value is fine, but cannot be
 * written in the other format, or is beyond a limit.
 */
export type FaultKind = 'broken' | 'unfit'

/** Why a value cannot be read or written, as a sentence that begins with the place of the fault. */
export class FormatFault extends Error {
  override readonly name = 'FormatFault'
  readonly kind: FaultKind

  constructor(kind: FaultKind, sentence: string) {
    super(sentence)
    this.kind = kind
  }
}
