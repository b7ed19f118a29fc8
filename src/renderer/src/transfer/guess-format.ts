import type { ImportFormat } from '@shared/imports'

/** What a file seems to be, and the caches that it names if it is a snapshot. */
export interface GuessedFile { format: ImportFormat, caches: readonly string[] }

/** Bytes of a file that are looked at. */
const looked = 64 * 1024

export async function guessFile(file: File): Promise<GuessedFile> {
  return guessFormat(file.name, await file.slice(0, looked).text())
}

/** What the content says weighs more than the ending of the name. */
export function guessFormat(name: string, beginning: string): GuessedFile {
  const text = beginning.replace(/^\uFEFF/, '').trimStart()
  const end = text.indexOf('\n')
  const first = parse(end < 0 ? text : text.slice(0, end))
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase()
  if (/^\{\s*"larder"\s*:\s*"snapshot"/.test(text))
    return { format: 'snapshot', caches: cachesOf(first) }
  if (text.startsWith('[') && ending !== 'csv')
    return { format: 'json', caches: [] }
  if (!text.startsWith('{') || ending === 'csv')
    return { format: byEnding(ending), caches: [] }
  // A line that is whole, and an entry.
  const isEntry = first !== undefined && typeof first.key === 'string' && 'value' in first
  return { format: isEntry ? 'ndjson' : 'key-value', caches: [] }
}

function byEnding(ending: string | undefined): ImportFormat {
  return ending === 'json' || ending === 'ndjson' ? ending : ending === 'jsonl' ? 'ndjson' : 'csv'
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined
  }
  catch {
    // It is cut, or no JSON: a guess needs no reason.
    return undefined
  }
}

function cachesOf(header: Record<string, unknown> | undefined): string[] {
  return typeof header?.caches === 'object' && header.caches !== null ? Object.keys(header.caches) : []
}
