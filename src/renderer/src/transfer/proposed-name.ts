/**
 * A name for a new snapshot: the local time, so that names sort as they were saved, after a word or
 * none. It is numbered where there is one of this minute: `2026-11-30-1945-2`.
 */
export function proposedName(word: string, now: Date, taken: readonly string[]): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-')
  const name = `${word}${day}-${two(now.getHours())}${two(now.getMinutes())}`
  const isFree = (other: string): boolean => !taken.some(each => each.toLowerCase() === other.toLowerCase())
  let free = name
  for (let number = 2; !isFree(free); number++)
    free = `${name}-${number}`
  return free
}
