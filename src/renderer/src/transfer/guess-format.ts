import type { ImportFormat } from '@shared/imports'
import { guessImportFormat } from '@shared/guess-import'

/** What a file seems to be, and the caches that it names if it is a snapshot. */
export interface GuessedFile { format: ImportFormat, caches: readonly string[] }

/** Bytes of a file that are looked at. */
const looked = 64 * 1024

export async function guessFile(file: File): Promise<GuessedFile> {
  return guessFormat(file.name, await file.slice(0, looked).text())
}

/** Whatever says nothing else is taken for a table: the dialog shows it, and it can be changed. */
export function guessFormat(name: string, beginning: string): GuessedFile {
  const format = guessImportFormat(name, beginning) ?? 'csv'
  const first = beginning.replace(/^\uFEFF/, '').trimStart().split('\n', 1)[0] ?? ''
  return { format, caches: format === 'snapshot' ? cachesOf(parse(first)) : [] }
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
