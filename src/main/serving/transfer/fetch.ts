import type { JobOutcome } from '@shared/jobs'
import type { LoadMode } from '@shared/snapshots'
import type { Stopwatch } from '../../base/clock'
import type { Mount } from '../caches'
import type { Upstream } from '../elsewhere/upstream'
import type { Progress } from '../ports'
import type { SourceValue } from '../sources/source'
import { isUtf8 } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { spellKey } from '@shared/key-spelling'
import { checkKey } from '../entry-rules'
import { createPauses } from '../jobs/pauses'
import { SourceError } from '../sources/source'
import { binary, plainText } from './entry-line'
import { mostFaults, removeOlder } from './load'

/** Values that are asked for at the same time. */
const atOnce = 32
/** Characters that are shown of a key. */
const shown = 64

interface FetchOrder {
  upstream: Upstream
  cache: Mount['cache']
  prefix: string
  mode: LoadMode
  dryRun: boolean
  /** The most bytes of a value. */
  valueLimit: number
}

/**
 * Stores what a source has under its keys, with what is left of its life. What cannot be read as a
 * value is left out and told in `progress.outcome`; a source that fails ends it, and what was
 * stored until then stays. Rejects with LarderError `source-failed`, `source-timeout`,
 * `source-resting`, `not-here`.
 */
export async function fetchEntries(order: FetchOrder, progress: Progress, stopwatch: Stopwatch): Promise<void> {
  const { cache, dryRun, mode } = order
  const pauses = createPauses(stopwatch)
  const outcome: JobOutcome = { caches: [], added: 0, replaced: 0, removed: 0, faults: [] }
  progress.outcome = outcome
  const begun = cache.newestVersion

  function refuse(key: string, sentence: string): void {
    if (outcome.faults.length < mostFaults)
      outcome.faults.push(`${spellKey(key, shown)}: ${sentence}`)
  }

  async function keep(key: string, value: SourceValue): Promise<void> {
    if (value.value.length > order.valueLimit)
      return refuse(key, `The value must have at most ${grouped(order.valueLimit)} bytes.`)
    const options = optionsOf(value)
    await cache.roomFor(value.value.length, key, options)
    const result = cache.set(key, value.value, options)
    if (result.outcome === 'too-large')
      return refuse(key, 'The cache has no room for this entry.')
    count(result.outcome === 'created')
  }

  function count(isNew: boolean): void {
    outcome[isNew ? 'added' : 'replaced']++
    progress.matched++
  }

  async function take(keys: readonly string[]): Promise<void> {
    const values = await Promise.all(keys.map(key => loadOne(order.upstream, key)))
    for (const [index, value] of values.entries()) {
      const key = keys[index] as string
      if (value instanceof LarderError)
        refuse(key, value.message)
      // It may have gone since it was listed.
      else if (value !== undefined)
        await keep(key, value)
    }
  }

  for await (const page of pagesOf(order.upstream, order.prefix)) {
    const keys = page.filter(isStorable)
    for (let at = 0; at < keys.length && !progress.cancelled; at += atOnce) {
      const some = keys.slice(at, at + atOnce)
      if (dryRun)
        some.forEach(key => count(cache.peek(key) === undefined))
      else
        await take(some)
      if (pauses.due)
        await pauses.take()
    }
    if (progress.cancelled)
      return
  }
  // A prefix that is mistyped must not empty a cache.
  if (progress.matched === 0) {
    outcome.faults.push(prefixless(order.prefix))
    return
  }
  if (mode === 'replace' && dryRun)
    outcome.removed = Math.max(0, cache.size - outcome.replaced)
  else if (mode === 'replace')
    outcome.removed = await removeOlder(cache, begun, progress, pauses)
}

function prefixless(prefix: string): string {
  const which = prefix === '' ? 'There is no key.' : `No key begins with ${spellKey(prefix, shown)}.`
  return `${which} Nothing was changed.`
}

/** A value that the source refuses to give is no reason to leave out the others. */
async function loadOne({ call }: Upstream, key: string): Promise<SourceValue | LarderError | undefined> {
  try {
    return await call((source, signal) => source.load(key, signal), true)
  }
  catch (error) {
    if (error instanceof LarderError && error.cause instanceof SourceError && error.cause.failure === 'refused')
      return error
    throw error
  }
}

async function* pagesOf({ call, title }: Upstream, prefix: string): AsyncGenerator<readonly string[]> {
  const abort = new AbortController()
  let pages: AsyncIterator<readonly string[]> | undefined
  try {
    for (;;) {
      // Each page has the deadline of a call; all of them together may take long.
      const { done, value } = await call((source) => {
        if (source.keys === undefined)
          throw new LarderError('not-here', `The ${title} cannot list its keys.`)
        pages ??= source.keys(prefix, abort.signal)[Symbol.asyncIterator]()
        return pages.next()
      })
      if (done === true)
        return
      yield value
    }
  }
  finally {
    abort.abort()
  }
}

function isStorable(key: string): boolean {
  try {
    return checkKey(key) !== ''
  }
  catch (error) {
    if (error instanceof LarderError)
      return false
    throw error
  }
}

/** Where the source has no notion of lives, that of the cache counts. */
function optionsOf({ value, contentType, ttl, grace }: SourceValue) {
  return {
    contentType: contentType === binary && isUtf8(value) ? plainText : contentType,
    ...ttl !== undefined && { ttl: ttl === 0 ? shortest : ttl },
    ...grace !== undefined && { grace },
  }
}

/** A key that was about to go when it was asked for. */
const shortest = 0.001
