/** What can be said about one field of a record of type `R`. `read` answers null where a record has no such thing. */
export type FilterField<R> = { summary: string } & (
  | {
    kind: 'text'
    read: (record: R) => string | null
    /** @default false */
    ignoreCase?: boolean
    /** Usual values with what they mean, for completion; others may be written too. */
    values?: Readonly<Record<string, string>>
  }
  | {
    kind: 'number'
    read: (record: R) => number | null
    /** Unit in lower case → factor to what `read` answers; `''` allows a number without a unit. */
    units: Readonly<Record<string, number>>
  }
  | {
    kind: 'enum'
    read: (record: R) => string | null
    /** All there are, in lower case, with what they mean. */
    values: Readonly<Record<string, string>>
  }
)

/** The fields that a filter may name, in the order in which completion shows them, and what free text is looked for in. */
export interface FilterLanguage<R> {
  fields: ReadonlyMap<string, FilterField<R>>
  text: readonly ((record: R) => string | null)[]
}

/** Characters that a filter may have. Bounds the work that one match can be. */
export const filterLimit = 1000

/** What is wrong with a filter: a sentence, and where. Offsets are UTF-16 units, `to` exclusive; both lie inside the text. */
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
