/** The known word that is nearest to a mistyped one, if it is near enough to be meant. */
function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  // A third of the word may be wrong, so that `prot` finds `port` and `xyz` finds nothing. Long
  // input is never compared.
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of word.length > 64 ? [] : known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance && distance < candidate.length) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** "; did you mean X?", or nothing. */
export function suggestion(
  word: string,
  known: Iterable<string>,
  show: (word: string) => string = found => found,
): string {
  const found = nearest(word, known)
  return found === undefined ? '' : `; did you mean ${show(found)}?`
}

/** Levenshtein distance, one row of the matrix at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
