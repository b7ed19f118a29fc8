import type { EntrySelector } from '../../../api/entries'

/**
 * What is typed into "Filter keys": `tag:x` chooses by tag, text with `*` or `?` is a glob, other text a prefix. `key:` in front takes the rest
 * as a key, for keys that begin with `tag:`. Undefined: everything.
 */
export function readFilter(text: string): EntrySelector | undefined {
  if (text.startsWith('tag:'))
    return text === 'tag:' ? undefined : { tag: text.slice(4) }
  const key = text.startsWith('key:') ? text.slice(4) : text
  if (key === '')
    return undefined
  return /[*?]/.test(key) ? { glob: key } : { prefix: key }
}
