/** A question to confirm before something is lost for good. */
export interface Question {
  title: string
  /** What will be lost, and how much of it. */
  text: string
  /** The text of the button that confirms: a verb and its object. */
  action: string
}
