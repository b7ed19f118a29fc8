import type { Sentence } from '../sentence'

/** A question to confirm before something is lost for good. */
export interface Question {
  title: string
  /** What will be lost, and how much of it. */
  text: Sentence
  /** The text of the button that confirms: a verb and its object. */
  action: string
  /** Keys of the entries that it is about, where they are known one by one. */
  keys?: readonly string[]
  /** How many entries it is about, if these are only the first keys. @default all of `keys` */
  of?: number
  /** Something more that may be wanted; it is not unless the person says so. */
  check?: { label: string, hint: string }
  /** What is lost is in this page alone, so the answer needs no server. */
  local?: boolean
}
