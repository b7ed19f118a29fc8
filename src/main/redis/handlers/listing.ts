import type { EntryKind } from '@shared/entry-kinds'
import type { Maybe } from '../../serving/maybe'
import type { ReadableCache, RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { Listing, Scans } from '../scans'
import { Buffer } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import { createProgress } from '../../base/progress'
import { writeRedisKey } from '../keys'
import { faults } from '../reply'
import { matcher, readScanCursor, readScanOptions } from '../scan-options'
import { after, typeNames } from './shared'

/** Entries that are looked at before others are served. */
const slice = 2000
/** Among so many entries a random one is chosen. */
const randomMost = 10_000

type Entry = { key: string, kind: EntryKind, stale: boolean } | null

/** Commands that list keys. */
export function createListingHandlers(scans: Scans) {
  function keys(call: RedisCall, cache: ReadableCache): Maybe<RedisAnswer> {
    const matches = matcher(call.text(1))
    const found: Buffer[] = []
    return after(entriesOf(call, cache), entries => after(
      walk(entries, call.inTransaction, (entry) => {
        const key = writeRedisKey(entry.key)
        if (matches(key))
          found.push(key)
        return false
      }),
      () => found,
    ))
  }

  function randomkey(call: RedisCall, cache: ReadableCache): Maybe<RedisAnswer> {
    const held: string[] = []
    return after(entriesOf(call, cache), entries => after(
      walk(entries, call.inTransaction, entry => held.push(entry.key) === randomMost),
      () => held.length === 0 ? null : writeRedisKey(held[Math.floor(Math.random() * held.length)] as string),
    ))
  }

  function scan(call: RedisCall, cache: ReadableCache): Maybe<RedisAnswer> {
    const cursor = readScanCursor(call.text(1))
    const { matches, count, type } = readScanOptions(call, 2, true)
    return after(listingOf(call, cache, cursor), (listing) => {
      const found: Buffer[] = []
      let looked = 0
      const look = (entry: NonNullable<Entry>): boolean => {
        const key = writeRedisKey(entry.key)
        if (matches(key) && (type === null || typeNames[entry.kind] === type))
          found.push(key)
        return ++looked === count
      }
      return after(walk(listing.entries, call.inTransaction, look), (isOver) => {
        if (isOver)
          scans.end(cursor)
        const next = isOver ? '0' : cursor === '0' ? scans.keep(listing) : cursor
        return [Buffer.from(next), found]
      })
    })
  }

  function listingOf(call: RedisCall, cache: ReadableCache, cursor: string): Maybe<Listing> {
    const place = call.found ?? cache
    if (cursor === '0')
      return after(entriesOf(call, cache), entries => ({ cache: place, entries }))
    const listing = scans.find(cursor, place)
    if (listing === undefined)
      throw faults.cursor()
    return listing
  }

  return { keys, randomkey, scan }
}

function entriesOf(call: RedisCall, cache: ReadableCache): Maybe<Iterator<Entry>> {
  return cache.chosen(null, createProgress(), call)
}

/**
 * Looks at each entry that is not past its TTL until `look` says that it is enough. Returns whether
 * there are no more.
 *
 * @param atOnce others are not served meanwhile
 */
function walk(
  entries: Iterator<Entry>,
  atOnce: boolean,
  look: (entry: NonNullable<Entry>) => boolean,
): Maybe<boolean> {
  for (let left = atOnce ? Infinity : slice; left > 0; left--) {
    const next = entries.next()
    if (next.done)
      return true
    if (next.value === null)
      left = atOnce ? left : 0
    else if (!next.value.stale && look(next.value))
      return false
  }
  return turn().then(() => walk(entries, atOnce, look))
}
