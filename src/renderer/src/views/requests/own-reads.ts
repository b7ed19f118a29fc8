import type { RequestRecord } from '@shared/schemas'
import type { ServerEvent } from '../../api/server-event'
import type { RecordRing } from './record-ring'
import { createRecordRing } from './record-ring'

/** The console's own reads, which are shown to those alone who ask for them. */
interface OwnReads {
  /** For each event of the server. Returns the record if it is a new one. */
  push: (event: ServerEvent) => RequestRecord | null
  /** Reads what the server still knows. Throws when it cannot be asked. */
  catchUp: () => Promise<void>
  /** Newest first. */
  list: RecordRing['list']
  change: RecordRing['change']
  clear: () => void
}

/** Few of them, apart from the others: browsing makes many, and must not push those out. */
const most = { capacity: 1000, byteLimit: 512 * 1024 }

/** @param readNewest the newest that the server knows, oldest first */
export function createOwnReads(readNewest: () => Promise<RequestRecord[]>): OwnReads {
  const ring = createRecordRing(most)

  return {
    push(event) {
      if (event.topic !== 'console')
        return null
      ring.add(event.payload)
      return event.payload
    },
    async catchUp() {
      const known = await readNewest()
      // Live ones that came meanwhile are newer than all of these, or among them.
      const last = known.at(-1)?.at ?? ''
      const newer = ring.list(({ at }) => at > last).reverse()
      ring.clear()
      for (const record of [...known, ...newer])
        ring.add(record)
    },
    list: ring.list,
    change: ring.change,
    clear: ring.clear,
  }
}

/** Two lists, newest first each, as one. */
export function mergeNewestFirst(
  one: readonly RequestRecord[],
  other: readonly RequestRecord[],
): readonly RequestRecord[] {
  if (other.length === 0)
    return one
  const merged: RequestRecord[] = []
  let next = 0
  for (const record of one) {
    for (let rival = other[next]; rival && isNewer(rival, record); rival = other[++next])
      merged.push(rival)
    merged.push(record)
  }
  return merged.concat(other.slice(next))
}

function isNewer(a: RequestRecord, b: RequestRecord): boolean {
  return a.at === b.at ? a.id > b.id : a.at > b.at
}
