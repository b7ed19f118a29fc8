import { readEntryFilter } from '@shared/entry-filter'
import { isKey, percentDecode, percentEncode } from '@shared/entry-key'
import { entryFilter } from '@shared/entry-language'
import { flag } from '../command'
import { cacheNames } from '../completes'
import { usageFailure } from '../failure'
import { explainFilter, readFilter } from '../filters'
import { boolean, text } from '../values'

/** How command lines name entries. */
export const cacheArgument = { name: 'cache', meaning: 'the name of a cache', completes: cacheNames }
export const keyArgument = { name: 'key', meaning: 'the key of an entry' }
export const percent = flag(null, 'The key is percent-encoded: %FF is the byte FF.', boolean)

/** Flags that choose entries, of which a command takes one. */
export const selectorFlags = {
  prefix: flag('<text>', 'Entries whose key begins with this.', text),
  glob: flag('<pattern>', 'Entries whose key matches: * any characters, ? one, [a-z] one of these.', text),
  tag: flag('<tag>', 'Entries with this tag.', text),
  filter: flag('<terms>', 'Entries that match all terms, such as "tag:shoes size>10kB ttl<1m".', text),
}
export const filterDetail = explainFilter(entryFilter.fields, 'size>10kB, ttl<1m')

/** The key that an argument stands for. Throws Failure for half an escape. */
export function readKey(word: string, isPercentEncoded = false): string {
  const key = isPercentEncoded && isKey(word) ? percentDecode(percentEncodeText(word)) : word
  if (key === null)
    throw usageFailure('--percent: the key has a % without two hexadecimal digits')
  return key
}

/** A key as `readKey` takes it under `--percent`, in characters that no shell changes. */
export function writeKey(key: string): string {
  return percentEncode(key)
    .replace(/[!'()*~]|^-/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(?:2B|2C|2F|3A|3D|40)/g, decodeURIComponent)
}

interface Selectors {
  prefix?: string
  glob?: string
  tag?: string
  filter?: string
  expired?: boolean
}

/**
 * What of these is given, as a query names it; keys in it are read as `percent` says. Throws
 * Failure (usage) that names two when there is more than one.
 */
export function readSelector(command: string, flags: Selectors, isPercentEncoded = false): Selectors {
  const { prefix, glob, tag, filter, expired } = flags
  const given: [string, Selectors][] = [
    ...prefix === undefined ? [] : [['--prefix', { prefix: readKey(prefix, isPercentEncoded) }] as [string, Selectors]],
    ...glob === undefined ? [] : [['--glob', { glob: readKey(glob, isPercentEncoded) }] as [string, Selectors]],
    ...tag === undefined ? [] : [['--tag', { tag }] as [string, Selectors]],
    ...filter === undefined ? [] : [['--filter', readTerms(filter)] as [string, Selectors]],
    ...expired ? [['--expired', { expired }] as [string, Selectors]] : [],
  ]
  const [first, second] = given
  if (first && second)
    throw usageFailure(`${command} takes either ${first[0]} or ${second[0]}, not both`)
  return first?.[1] ?? {}
}

/** Throws Failure (usage) that shows where the mistake is. */
function readTerms(filter: string): Selectors {
  const read = readFilter('--filter', filter, readEntryFilter)
  if (read === null)
    throw usageFailure('--filter: must have at least one term')
  return read.selector
}

/** Leaves escapes and ASCII as they are. */
function percentEncodeText(word: string): string {
  return word.replaceAll(/[^\0-\x7F]+/g, percentEncode)
}
