/** What a person is asked before something goes for good. */
export interface Question {
  title: string
  /** What will be lost, with its number. */
  text: string
  /** The button that does it: a verb and what it concerns. */
  action: string
}
