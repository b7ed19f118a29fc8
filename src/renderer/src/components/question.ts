import type { Sentence } from '../sentence'

/** What a person is asked before something goes for good. */
export interface Question {
  title: string
  /** What will be lost, with its number. */
  text: Sentence
  /** The button that does it: a verb and what it concerns. */
  action: string
  /** Keys of the entries that it is about, where they are known one by one. */
  keys?: readonly string[]
}
