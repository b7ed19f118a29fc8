import type { Selector } from '../ports'
import { grouped } from '@shared/grouped'
import { spellKey } from '@shared/key-spelling'

/** Characters that are shown of a key or pattern. */
const shown = 64

/** What a selector chooses, in the words of the console and the command line. */
export function describeTarget(selector: Selector | null): string {
  if (selector === null || 'all' in selector)
    return 'all entries'
  if ('any' in selector) {
    const [first, ...others] = selector.any.map(describeTarget)
    return others.length === 0 ? first ?? 'nothing' : `${first} and ${grouped(others.length)} more`
  }
  if ('expired' in selector)
    return 'expired entries'
  if ('keys' in selector) {
    const [key = ''] = selector.keys
    return selector.keys.length === 1 ? `key ${spellKey(key, shown)}` : `${grouped(selector.keys.length)} keys`
  }
  const [[kind, text] = ['', '']] = Object.entries(selector) as [string, string][]
  return `${kind} ${spellKey(text, shown)}`
}
