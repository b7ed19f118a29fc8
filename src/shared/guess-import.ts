import type { ImportFormat } from './imports'

/**
 * What a file that is to be imported seems to be, by the ending of its name and its beginning; null
 * if neither says it.
 */
export function guessImportFormat(name: string, beginning: string): ImportFormat | null {
  const start = beginning.replace(/^\uFEFF/, '').trimStart()
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase()
  if (/^\{\s*"larder"\s*:\s*"snapshot"/.test(start))
    return 'snapshot'
  if (ending === 'csv')
    return 'csv'
  if (ending === 'ndjson' || ending === 'jsonl')
    return 'ndjson'
  if (start.startsWith('{'))
    return isLine(start) ? 'ndjson' : 'key-value'
  return ending === 'json' || start.startsWith('[') ? 'json' : null
}

/** Whether the first line is a whole JSON object, and another one begins after it. */
function isLine(text: string): boolean {
  const end = text.indexOf('\n')
  if (end < 0 || !text.slice(end).trimStart().startsWith('{'))
    return false
  try {
    return typeof JSON.parse(text.slice(0, end)) === 'object'
  }
  catch {
    // An object that goes on in the next line; its reader says what is wrong with it.
    return false
  }
}
