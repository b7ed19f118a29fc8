interface TextShape {
  kind: 'text'
  summary: string
  /** @default false */
  ignoreCase?: boolean
  /** Usual values with what they mean, for completion; others may be written too. */
  values?: Readonly<Record<string, string>>
}
interface NumberShape {
  kind: 'number'
  summary: string
  /** Unit in lower case → factor to what `read` answers; `''` allows a number without a unit. */
  units: Readonly<Record<string, number>>
}
interface EnumShape {
  kind: 'enum'
  summary: string
  /** All there are, in lower case, with what they mean. */
  values: Readonly<Record<string, string>>
}

/** What can be said about one field, whoever answers it. */
export type FieldShape = TextShape | NumberShape | EnumShape

/**
 * A field of a record of type `R`. `read` answers null where a record has no such thing; of several
 * texts, one that fits is enough.
 */
export type FilterField<R> =
  | ((TextShape | EnumShape) & { read: (record: R) => string | null | readonly string[] })
  | (NumberShape & { read: (record: R) => number | null })

/** The words of a language: all that completion and scanning need of it. */
export interface FilterWords {
  /** In the order in which completion shows them. */
  fields: ReadonlyMap<string, FieldShape>
  /**
   * Whether `user:1` is text where there is no field `user`, as among keys, which are written so.
   * Otherwise it names a field that does not exist.
   *
   * @default false
   */
  colonsInText?: boolean
}

/** The fields that a filter may name, and what free text is looked for in. */
export interface FilterLanguage<R> extends FilterWords {
  fields: ReadonlyMap<string, FilterField<R>>
  text: readonly ((record: R) => string | null)[]
}

/** Characters that a filter may have. Bounds the work that one match can be. */
export const filterLimit = 1000

/**
 * What is wrong with a filter: a sentence, and where. Offsets are UTF-16 units, `to` exclusive;
 * both lie inside the text.
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

/** What is wrong with the filter that `read` reads; null when nothing is. Other errors pass. */
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
