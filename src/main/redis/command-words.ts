import { Buffer } from 'node:buffer'

/** Clears the bit that small letters have beside capitals. */
const toCapital = 0xDF
const nothing = Buffer.alloc(0)

/**
 * The words of one command, the name first. Most are read once, as text or as bytes, so that a view
 * of a word is made only when somebody asks for it.
 */
export class CommandWords {
  readonly length: number
  readonly #chunk: Buffer
  /** Where each word begins and ends in the chunk, in turns. */
  readonly #bounds: readonly number[]
  #all: readonly Buffer[] | null

  /** @param all the words, where they do not stand in one chunk */
  constructor(chunk: Buffer, bounds: readonly number[], all: readonly Buffer[] | null = null) {
    this.#chunk = chunk
    this.#bounds = bounds
    this.#all = all
    this.length = all === null ? bounds.length / 2 : all.length
  }

  static of(words: readonly Buffer[]): CommandWords {
    return new CommandWords(nothing, [], words)
  }

  /** All of them as bytes. */
  get all(): readonly Buffer[] {
    return this.#all ??= Array.from({ length: this.length }, (_, index) => this.#view(index))
  }

  /** Bytes of all together, or a few more. */
  get size(): number {
    if (this.#all !== null)
      return this.#all.reduce((sum, { length }) => sum + length, 0)
    return (this.#bounds.at(-1) ?? 0) - (this.#bounds[0] ?? 0)
  }

  /** A word that is there, as the arity says. */
  bytes(index: number): Buffer {
    return this.#all === null ? this.#view(index) : this.#all[index] as Buffer
  }

  /** The same as text, one character a byte. */
  text(index: number): string {
    return this.#all === null
      ? this.#chunk.toString('latin1', this.#bounds[2 * index], this.#bounds[2 * index + 1])
      : (this.#all[index] as Buffer).toString('latin1')
  }

  /** The same, which does not keep in memory what has arrived in one piece with it. */
  owned(): CommandWords {
    const shared = this.all.filter(sharesMemory)
    const memory = Buffer.allocUnsafeSlow(shared.reduce((sum, { length }) => sum + length, 0))
    let end = 0
    return CommandWords.of(this.all.map((word) => {
      if (!sharesMemory(word))
        return word
      const start = end
      end += word.copy(memory, start)
      return memory.subarray(start, end)
    }))
  }

  /** A number for a table of names, the same for capitals and small letters. */
  hash(index: number): number {
    const source = this.#source(index)
    const end = this.#end(index)
    let hash = 0
    for (let at = this.#start(index); at < end; at++)
      hash = hashByte(hash, source[at] as number)
    return hash
  }

  /** Whether it is this name, given in capital letters. */
  spells(index: number, capitals: Uint8Array): boolean {
    const source = this.#source(index)
    const start = this.#start(index)
    if (this.#end(index) - start !== capitals.length)
      return false
    for (let at = 0; at < capitals.length; at++) {
      if (((source[start + at] as number) & toCapital) !== capitals[at])
        return false
    }
    return true
  }

  #view(index: number): Buffer {
    return this.#chunk.subarray(this.#bounds[2 * index], this.#bounds[2 * index + 1])
  }

  #source(index: number): Buffer {
    return this.#all === null ? this.#chunk : this.#all[index] as Buffer
  }

  #start(index: number): number {
    return this.#all === null ? this.#bounds[2 * index] as number : 0
  }

  #end(index: number): number {
    return this.#all === null ? this.#bounds[2 * index + 1] as number : (this.#all[index] as Buffer).length
  }
}

function sharesMemory({ length, buffer }: Buffer): boolean {
  return buffer.byteLength > 2 * length
}

/** The step of `hash` for one more byte. */
export function hashByte(hash: number, byte: number): number {
  return Math.imul(hash, 31) + (byte & toCapital) | 0
}
