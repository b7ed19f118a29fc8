import type { Verdict } from '../../live/verdict'
import { nameOf, whyOf, wordsOf } from '../../live/verdict-text'
import { formatStart } from './figures'

/**
 * What the line says of a cache after its name: what is wrong, and why. `since` is in seconds since
 * 1970, `now` in milliseconds.
 */
export function explain(verdict: Verdict, since: number | null, now: number): { words: string, why: string } {
  const [trouble] = verdict.troubles
  if (trouble === undefined)
    return { words: '', why: '' }
  const begun = since === null ? '' : `since ${formatStart(since * 1000, now)}`
  return { words: wordsOf(trouble, now), why: [whyOf(verdict, trouble), begun].filter(Boolean).join(', ') }
}

/** What is told to those who do not look: it stays the same as long as the troubles do. */
export function announce(troubled: readonly Verdict[], crowded: boolean): string {
  const caches = troubled.flatMap(({ cache, troubles: [first] }) => first ? [`${cache} (${nameOf(first)})`] : [])
  // The order follows the figures.
  const told = [...caches.sort(), ...crowded ? ['memory (nearly full)'] : []]
  return told.length === 0 ? '' : `Need a look: ${told.join(', ')}`
}
