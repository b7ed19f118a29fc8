/** Bits of an offset within a piece: 64 KiB. */
const pieceBits = 16
/** Bytes of a piece. What is written between two `begin` lies within one. */
export const pieceBytes = 2 ** pieceBits

/** In place of a length: there is no text. */
const none = 0xFFFF
/** Set in the length of a text that takes two bytes a unit. */
const wide = 0x8000

/** Where a text lies in its piece, for those that come again and again. */
export class RepeatedText {
  text: string | null | undefined
  offset = 0
  length = 0
  /** The turn in which it was written. */
  turn = -1
}

/** Memory of 64 KiB, as bytes and as numbers. */
class Piece {
  readonly bytes = Buffer.allocUnsafeSlow(pieceBytes)
  readonly doubles = new Float64Array(this.bytes.buffer)
  readonly shorts = new Uint16Array(this.bytes.buffer)
}

/**
 * Numbers and texts outside the V8 heap, which leave in the order in which they came. Memory is
 * taken piece by piece up to a limit, and a piece whose content has all left is used again. A text
 * takes one byte a unit where that is enough and two otherwise, so halves of surrogate pairs
 * survive.
 */
export class Pieces {
  readonly #pieces: (Piece | undefined)[]
  #spare: Piece | undefined
  #bytes = 0
  /** The piece that is written to, and where in it. */
  #writing = 0
  #at = 0
  /** Counts the pieces that were begun. */
  #turn = 0

  /** @param limit bytes; whole pieces are held, and at least one */
  constructor(limit: number) {
    this.#pieces = Array.from<Piece | undefined>({ length: Math.max(1, Math.floor(limit / pieceBytes)) })
  }

  /** Memory held. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Makes room in one piece, and leaves out `head` bytes of it for numbers: texts follow them.
   * Returns the place, a multiple of eight, or -1 where the oldest have to leave first.
   *
   * @param bytes at most, with the head; less than a piece
   * @param oldest place of the oldest; -1 for none
   */
  begin(head: number, bytes: number, oldest: number): number {
    this.#at = (this.#at + 7) & ~7
    if (this.#at + bytes >= pieceBytes) {
      const next = (this.#writing + 1) % this.#pieces.length
      if (oldest !== -1 && oldest >>> pieceBits === next)
        return -1
      this.#writing = next
      this.#at = 0
      this.#turn += 1
    }
    this.#pieces[this.#writing] ??= this.#take()
    const place = this.#writing * pieceBytes + this.#at
    this.#at += head
    return place
  }

  /** Where in its piece the next text will lie. */
  get offset(): number {
    return this.#at
  }

  /** The numbers of the piece of a place; the first that belongs to it is `doubleOf(place)`. */
  doubles(place: number): Float64Array {
    return this.#pieceOf(place).doubles
  }

  /** Likewise, from `shortOf(place)` on. */
  shorts(place: number): Uint16Array {
    return this.#pieceOf(place).shorts
  }

  /**
   * Writes the first `units` of a text behind what was written before. Returns its length for
   * `read`.
   */
  write(text: string | null, units: number): number {
    if (text === null)
      return none
    const piece = (this.#pieces[this.#writing] as Piece).bytes
    const at = this.#at
    let bits = 0
    for (let index = 0; index < units; index++) {
      const unit = text.charCodeAt(index)
      bits |= unit
      piece[at + index] = unit
    }
    if (bits > 0xFF) {
      for (let index = 0; index < units; index++)
        piece.writeUInt16LE(text.charCodeAt(index), at + 2 * index)
      this.#at += 2 * units
      return wide | units
    }
    this.#at += units
    return units
  }

  /** As `write`, unless this piece has the same text already from the last time. */
  repeat(text: string | null, units: number, last: RepeatedText): void {
    if (last.turn === this.#turn && last.text === text)
      return
    last.turn = this.#turn
    last.text = text
    last.offset = this.#at
    last.length = this.write(text, units)
  }

  /** The text of this length at a place. */
  read(place: number, length: number): string | null {
    if (length === none)
      return null
    const start = place % pieceBytes
    return this.#pieceOf(place).bytes.toString(length < wide ? 'latin1' : 'utf16le', start, start + bytesOf(length))
  }

  /** Whether `read` would give this text. */
  holds(place: number, length: number, text: string | null): boolean {
    if (text === null || length === none)
      return text === null && length === none
    if (length >= wide || length !== text.length)
      return this.read(place, length) === text
    const piece = this.#pieceOf(place).bytes
    const start = place % pieceBytes
    for (let index = 0; index < length; index++) {
      if (piece[start + index] !== text.charCodeAt(index))
        return false
    }
    return true
  }

  /**
   * The oldest leave.
   *
   * @param place where they begin
   * @param next where the next ones begin; -1 for none
   */
  leave(place: number, next: number): void {
    const left = place >>> pieceBits
    if (left === this.#writing || (next !== -1 && next >>> pieceBits === left))
      return
    this.#bytes -= this.#spare === undefined ? 0 : pieceBytes
    this.#spare = this.#pieces[left]
    this.#pieces[left] = undefined
  }

  #pieceOf(place: number): Piece {
    return this.#pieces[place >>> pieceBits] as Piece
  }

  #take(): Piece {
    const spare = this.#spare
    this.#spare = undefined
    if (spare !== undefined)
      return spare
    this.#bytes += pieceBytes
    return new Piece()
  }
}

/** Index of a place among the doubles of its piece. */
export function doubleOf(place: number): number {
  return (place % pieceBytes) >>> 3
}

/** Index of a place among the shorts of its piece. */
export function shortOf(place: number): number {
  return (place % pieceBytes) >>> 1
}

/** Bytes that a text of this length takes. */
export function bytesOf(length: number): number {
  return length === none ? 0 : length < wide ? length : 2 * (length - wide)
}
