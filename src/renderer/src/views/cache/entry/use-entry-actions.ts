import type { FormatName } from '@shared/formats'
import type { CacheInfo } from '@shared/schemas'
import type { Sentence } from '../../../sentence'
import type { Former } from './restore'
import { typedKey } from '@shared/entry-key'
import { formatOf, formatOfFile, formats } from '@shared/formats'
import { copyText } from '../../../clipboard'
import { useApi } from '../../../composables/use-api'
import { download } from '../../../download'
import { formatTtl } from '../../../format'
import { withKeys } from '../../../sentence'
import { useCaches } from '../../../stores/caches'
import { useNotices } from '../../../stores/notices'
import { fileNameOf } from './file-name'
import { invalidateEntry } from './invalidate-entry'
import { restore } from './restore'

interface EntryActions {
  /** Gives it another TTL, from now on. Throws what `entries.touch` throws. */
  touch: (ttl: string) => Promise<void>
  /** Returns whether it was done; then it can be undone if the value is known here. */
  invalidate: () => Promise<boolean>
  /** A file with the ending of another format gives the entry its type. */
  replace: (file: File) => Promise<void>
  /** Null: as it is stored. */
  save: (as: FormatName | null) => void
  copyKey: () => Promise<boolean>
  copyEtag: () => Promise<boolean>
}

interface EntryActionsDeps {
  place: () => { cache: string, key: string }
  /** The entry as it was read, if this key is the one that was read. */
  former: () => Former | undefined
  /**
   * What was changed has to be read again: of what is elsewhere and has no copy here, no event
   * tells.
   */
  onChanged: () => void
}

/** What can be done with the opened entry. */
export function useEntryActions({ place, former, onChanged }: EntryActionsDeps): EntryActions {
  const { entries } = useApi()
  const notices = useNotices()
  const caches = useCaches()

  const infoOf = (cache: string): CacheInfo | undefined => caches.list.find(({ name }) => name === cache)

  /** What was done, and how to undo it unless the cache would not take the entry as it was. */
  function withUndo(text: Sentence, known: Former, condition: Parameters<typeof restore>[2]) {
    // What is stored here is bytes.
    if (known.entry.kind !== 'bytes')
      return text
    const format = infoOf(known.cache)?.format ?? 'none'
    if (format !== 'none' && format !== formatOf(known.entry.contentType))
      return text
    const undo = async (): Promise<Sentence> => {
      const told = await restore(entries, { ...known, cache: caches.nameNow(known.cache) }, condition)
      onChanged()
      return told
    }
    return { text, undo }
  }

  return {
    async touch(ttl) {
      const { cache, key } = place()
      await entries.touch(cache, key, ttl)
      onChanged()
      notices.show({ kind: 'done', text: withKeys`Touched ${{ key }}.` })
    },
    invalidate() {
      const { cache, key } = place()
      const known = former()
      return notices.tell(async () => {
        const source = infoOf(cache)?.source
        // What was there may be more than bytes, and live longer, so it cannot be stored again.
        if (source?.mode === 'write-through') {
          await entries.delete(cache, key)
          onChanged()
          return withKeys`Invalidated ${{ key }}, and deleted it at ${{ key: source.connection }}.`
        }
        const was = known ? await invalidateEntry(entries, known) : await entries.delete(cache, key)
        onChanged()
        const text = withKeys`Invalidated ${{ key }}.`
        // A condition would load from the source, which says nothing of what was written only here.
        return was ? withUndo(text, was, source ? {} : { onlyNew: true }) : text
      })
    },
    async replace(file) {
      const known = former()
      if (!known)
        return
      const { cache, entry: { key, tags, etag } } = known
      const format = formatOfFile(file.name)
      const contentType = format === undefined ? known.entry.contentType : formats[format].type
      await notices.tell(async () => {
        const stored = await entries.put(cache, key, file, { contentType, tags, ttl: 'keep', ifMatch: etag })
        onChanged()
        const text = withKeys`Replaced ${{ key }} with ${{ key: file.name }}.`
        return withUndo(text, known, { ifMatch: stored.etag, keepTimes: true })
      })
    },
    save(as) {
      const known = former()
      if (!known)
        return
      void notices.tell(async () => {
        const { cache, entry: { key } } = known
        const { value, contentType } = as === null
          ? known.entry
          : await entries.get(cache, key, { peek: true, as: formats[as].type })
        // This type keeps the file inert, whatever type the app gave the value.
        download(new Blob([value], { type: 'application/octet-stream' }), fileNameOf(key, contentType))
      })
    },
    /** A clipboard holds text: bytes that are none are written out. */
    copyKey() {
      const { key } = place()
      return notices.tell(async () => {
        await copyText(typedKey(key))
        return key.isWellFormed() ? 'Key copied.' : 'Key copied, with \\xFF and the like for bytes that are no text.'
      })
    },
    copyEtag: () => notices.tell(async (): Promise<Sentence | void> => {
      const etag = former()?.entry.etag
      if (etag === undefined)
        return
      await copyText(etag)
      return 'ETag copied.'
    }),
  }
}

/** The TTLs that a touch offers besides the cache's own, in the words of a request. */
export const usualTtls = [
  { ttl: '1m', name: '1 minute' },
  { ttl: '5m', name: '5 minutes' },
  { ttl: '1h', name: '1 hour' },
] as const

/** What the cache gives by itself, as people read it. */
export function ownTtlName(ttl: number | null): string {
  return ttl === null ? 'The cache’s own: no expiry' : `The cache’s own: ${formatTtl(ttl)}`
}
