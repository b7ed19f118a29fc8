import type { Ref } from 'vue'
import type { Entry } from '../../../api/entry-calls'
import type { ReadableValue } from '../values/read-value'
import { LarderError, messageOf } from '@shared/errors'
import { removals } from '@shared/miss-reasons'
import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { concernsCache } from '../../../api/server-event'
import { createRefresher } from '../../../composables/refresher'
import { useApi } from '../../../composables/use-api'
import { useCaches } from '../../../stores/caches'
import { makeReadable } from '../values/made-readable'
import { readValue } from '../values/read-value'

/** An entry as it was read; `readAt` is in milliseconds since 1970. */
export interface OpenEntry {
  cache: string
  entry: Entry
  value: ReadableValue
  readAt: number
}

interface EntryReader {
  /** The entry to show; after a change of key the old one until the new one is read. */
  readonly shown: Readonly<Ref<OpenEntry | undefined>>
  /** Bytes that have arrived while a value is being read. */
  readonly arrived: Readonly<Ref<number | null>>
  /** The reason why the requested entry does not exist, as a sentence. */
  readonly gone: Readonly<Ref<string>>
  readonly problem: Readonly<Ref<string>>
  reload: () => void
  /** After a change of which no event need come; not at once if it was just read, or is held. */
  refresh: () => void
}

/** Milliseconds between two reads of an entry that apps keep changing. */
const pace = 500

/**
 * Reads the entry with this key without counting a hit, and again whenever it changes. `hold` keeps
 * the shown value unchanged.
 */
export function useEntry(place: () => { cache: string, key: string } | undefined, hold: () => boolean): EntryReader {
  const { entries, events } = useApi()
  const caches = useCaches()
  const shown = shallowRef<OpenEntry>()
  const arrived = shallowRef<number | null>(null)
  const gone = shallowRef('')
  const problem = shallowRef('')
  let reading = new AbortController()

  async function read(): Promise<void> {
    reading.abort()
    reading = new AbortController()
    const { signal } = reading
    const asked = place()
    if (!asked) {
      shown.value = undefined
      return
    }
    try {
      const entry = await entries.get(asked.cache, asked.key, {
        signal,
        peek: true,
        onProgress: bytes => arrived.value = bytes,
      })
      const readAt = Date.now()
      const made = await makeReadable(entries, asked.cache, entry, signal)
      const value = await readValue(entry.value, entry.contentType, signal, made)
      shown.value = { cache: asked.cache, entry, value, readAt }
      gone.value = problem.value = ''
    }
    catch (error) {
      if (signal.aborted)
        return
      const missing = error instanceof LarderError && error.code === 'entry-not-found'
      gone.value = missing ? gone.value || 'It no longer exists.' : ''
      problem.value = missing ? '' : messageOf(error)
      if (shown.value?.entry.key !== asked.key)
        shown.value = undefined
    }
    arrived.value = null
  }

  const again = createRefresher(async () => {
    if (!hold())
      await read()
  }, pace)

  watch(place, (now, before) => {
    if (now?.cache === before?.cache && now?.key === before?.key)
      return
    // The entry stays as it was opened, and is stored where it is now.
    if (now && before && shown.value && now.key === before.key && caches.nameNow(before.cache) === now.cache) {
      shown.value = { ...shown.value, cache: now.cache }
      return again.request()
    }
    gone.value = problem.value = ''
    void read()
  }, { immediate: true })

  const stopListening = events.listen((event) => {
    const asked = place()
    if (asked && event.topic === 'lagged')
      return again.request()
    if (!asked || event.topic === 'request' || !concernsCache(event) || event.payload.cache !== asked.cache)
      return
    if (event.topic === 'cache.flushed')
      gone.value = removals.cleared.sentence
    if (!('key' in event.payload) || event.payload.key !== asked.key)
      return
    // Where that was a copy, the entry may still be where it came from. Reading tells.
    if (event.topic === 'entry.removed' && event.payload.reason !== 'dropped')
      gone.value = removals[event.payload.reason].sentence
    again.request()
  })
  watch(events.connected, connected => connected && again.request())
  onScopeDispose(() => {
    stopListening()
    again.stop()
    reading.abort()
  })

  return {
    shown: shallowReadonly(shown),
    arrived: shallowReadonly(arrived),
    gone: shallowReadonly(gone),
    problem: shallowReadonly(problem),
    reload: () => void read(),
    refresh: again.request,
  }
}
