/** Bytes as text to edit; `separator` is what the editor treats as a line end. */
export interface EditableText { text: string, separator: '\n' | '\r\n' }

/** Maximum size in bytes of a value that is edited in place: with more, typing would stutter. */
export const editLimit = 2_000_000

/**
 * Decodes bytes for editing; undefined if they are not UTF-8. The line end is CR LF only if every
 * line ends in it. Otherwise a CR is an ordinary character, so that lines that nobody edits keep
 * their ends.
 */
export function readEditable(bytes: Uint8Array): EditableText | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const same = /\n/.test(text) && !/(?:^|[^\r])\n|\r(?!\n)/.test(text)
    return { text, separator: same ? '\r\n' : '\n' }
  }
  catch {
    // The decoder throws for bytes that are not UTF-8.
    return undefined
  }
}
