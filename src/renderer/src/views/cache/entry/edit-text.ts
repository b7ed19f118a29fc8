/** Bytes as text to edit; `separator` is what the editor takes for a line end. */
export interface EditableText { text: string, separator: '\n' | '\r\n' }

/** Bytes up to which a value is edited in place: beyond, typing would stutter. */
export const editLimit = 2_000_000

/**
 * Undefined for what is not UTF-8. Only where every line ends in CR LF does the editor know them as
 * line ends; elsewhere a CR is a character like others, so that lines nobody touched keep their
 * ends.
 */
export function readEditable(bytes: Uint8Array): EditableText | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const same = /\n/.test(text) && !/(?:^|[^\r])\n|\r(?!\n)/.test(text)
    return { text, separator: same ? '\r\n' : '\n' }
  }
  catch {
    // The decoder's way to say no.
    return undefined
  }
}
