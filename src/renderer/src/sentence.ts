/** Words for a person; keys stand apart in them, so that they look as they do everywhere. */
export type Sentence = string | readonly (string | { key: string })[]

/** Tag of a template: `withKeys`Saved ${{ key }}.``. */
export function withKeys(words: TemplateStringsArray, ...keys: readonly (string | { key: string })[]): Sentence {
  return words.flatMap((text, at) => [text, keys[at] ?? '']).filter(part => part !== '')
}

/** What a message of elsewhere is with another sentence behind it. */
export function asSentence(message: string): string {
  return /[.!?…]$/.test(message) ? message : `${message}.`
}
