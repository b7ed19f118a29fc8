import type { FormatName } from '@shared/formats'
import type { Buffer } from 'node:buffer'

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
   */
  convert: (bytes: Buffer, from: FormatName, to: FormatName, limit: number) => Promise<Buffer>
  check: (bytes: Buffer, format: FormatName) => Promise<void>
  /** The formats that this very value can be had in, its own included. */
  formatsOf: (bytes: Buffer, format: FormatName) => Promise<FormatName[]>
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
