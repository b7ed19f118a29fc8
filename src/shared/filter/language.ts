interface TextShape {
  kind: 'text'
  summary: string
  /** @default false */
  ignoreCase?: boolean
  /** Usual values with their meaning, for completion; others may be written too. */
  values?: Readonly<Record<string, string>>
}
export interface NumberShape {
  kind: 'number'
  summary: string
  /**
   * Unit in lower case → factor by which a number is multiplied to compare it with what `read`
   * returns; `''` allows a number without a unit.
   */
  units: Readonly<Record<string, number>>
  /** Words in lower case that stand for a number. They can be asked for, not compared by size. */
  words?: Readonly<Record<string, { value: number, summary: string }>>
  /**
   * Whether it changes with time, so that nothing is ever exactly a number that somebody writes.
   *
   * @default false
   */
  moves?: boolean
  /** Reads values that are no numbers with a unit; null for one that is wrong. */
  parse?: (text: string) => number | null
  /** What a value of such a field must be, for the error. */
  form?: string
}
interface EnumShape {
  kind: 'enum'
  summary: string
  /** All possible values, in lower case, with their meaning. */
  values: Readonly<Record<string, string>>
  /** Other words for some of them, in lower case, which completion does not offer. */
  aliases?: Readonly<Record<string, string>>
}

/** The description of a field, without the function that reads it from a record. */
export type FieldShape = TextShape | NumberShape | EnumShape

/**
 * A field of a record of type `R`. `read` returns null if a record does not have the field; if it
 * returns several texts, one match is enough.
 */
export type FilterField<R> =
  | ((TextShape | EnumShape) & { read: (record: R) => string | null | readonly string[] })
  | (NumberShape & { read: (record: R) => number | null })

/** The words of a language: all that completion and scanning need to know about it. */
export interface FilterWords {
  /** In the order in which completion shows them. */
  fields: ReadonlyMap<string, FieldShape>
  /**
   * Whether `user:1` is text if there is no field `user`, because keys are often written this way.
   * Otherwise it names a field that does not exist.
   *
   * @default false
   */
  colonsInText?: boolean
}

/** The fields that a filter may name, and the texts that free text is searched for in. */
export interface FilterLanguage<R> extends FilterWords {
  fields: ReadonlyMap<string, FilterField<R>>
  text: readonly ((record: R) => string | null)[]
  /**
   * Whether free text with a wildcard is a pattern for a whole text, upper and lower case apart.
   * Otherwise it is searched for, as free text without a wildcard always is.
   *
   * @default false
   */
  wholePatterns?: boolean
}

/** The most characters that a filter may have. Limits the work of one match. */
export const filterLimit = 1000

/**
 * An error in a filter: a sentence, and the place. Offsets are in UTF-16 units, `to` is exclusive;
 * both are inside the text.
 */
export class FilterError extends Error {
  override readonly name = 'FilterError'
  readonly from: number
  readonly to: number

  constructor(message: string, from: number, to: number) {
    super(message)
    this.from = from
    this.to = to
  }
}

/**
 * Returns the FilterError that `read` throws, or null if it throws nothing. Other errors are
 * rethrown.
 */
export function filterErrorOf(read: () => unknown): FilterError | null {
  try {
    read()
    return null
  }
  catch (cause) {
    if (cause instanceof FilterError)
      return cause
    throw cause
  }
}
