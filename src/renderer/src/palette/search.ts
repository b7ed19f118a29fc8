import type { PaletteCommand } from './commands'

function wordsOf(search: string): string[] {
  return search.toLowerCase().split(/\s+/).filter(word => word !== '')
}

/**
 * Returns the commands that contain every word of the search. Titles that begin with the search
 * come first, then those in which every word begins a word of the title. Without a search it leaves
 * out what is at the right of another line.
 */
export function searchCommands(commands: readonly PaletteCommand[], search: string): PaletteCommand[] {
  const words = wordsOf(search)
  if (words.length === 0)
    return commands.filter(({ short }) => short === undefined)
  const ranked: { command: PaletteCommand, rank: number }[] = []
  for (const command of commands) {
    const title = command.title.toLowerCase()
    const text = `${title} ${command.group.toLowerCase()} ${command.detail?.toLowerCase() ?? ''}`
    if (!words.every(word => text.includes(word)))
      continue
    const starts = (word: string): boolean => title.startsWith(word) || title.includes(` ${word}`)
    ranked.push({ command, rank: title.startsWith(words.join(' ')) ? 0 : words.every(starts) ? 1 : 2 })
  }
  return ranked.sort((a, b) => a.rank - b.rank).map(({ command }) => command)
}

/** A title in pieces; `hit`: the search has it. The beginning of a word is preferred. */
export function markMatches(title: string, search: string): { text: string, hit: boolean }[] {
  const text = title.toLowerCase()
  const hits = new Set<number>()
  // A letter that gets longer in lower case would shift all that follow.
  for (const word of text.length === title.length ? wordsOf(search) : []) {
    const start = ` ${text}`.indexOf(` ${word}`)
    const at = start < 0 ? text.indexOf(word) : start
    if (at >= 0) {
      for (const index of Array.from({ length: word.length }).keys())
        hits.add(at + index)
    }
  }
  const pieces: { text: string, hit: boolean }[] = []
  for (let at = 0; at < title.length; at++) {
    const last = pieces.at(-1)
    if (last && last.hit === hits.has(at))
      last.text += title.charAt(at)
    else
      pieces.push({ text: title.charAt(at), hit: hits.has(at) })
  }
  return pieces
}

/** What a search asks of one cache: its keys that begin so. */
export interface EntryQuestion { cache: string, prefix: string }

/** Reads `products user:12`; null if the first word is no cache. */
export function readEntryQuestion(search: string, caches: readonly string[]): EntryQuestion | null {
  const [, name = '', prefix = ''] = /^\s*(\S+)\s(.*)$/s.exec(search) ?? []
  const cache = caches.find(other => other === name) ?? caches.find(other => other.toLowerCase() === name.toLowerCase())
  return cache === undefined ? null : { cache, prefix }
}
