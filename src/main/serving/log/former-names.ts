/** A cache that gets another name. */
export interface RenamedCache {
  id: string
  /** The user whose cache it is. */
  space: string
  /** When it was made, in wall-clock milliseconds: older records are about another one. */
  since: number
}

/** A name that a cache had, for the records of that time. */
interface FormerName extends RenamedCache {
  name: string
  /** Ids of records: those above the one, up to the other. */
  after: number
  upTo: number
  /** What it is called now. */
  now: string
}

/** What is asked of a record to tell its cache. */
interface Named {
  readonly id: number
  /** Wall-clock milliseconds. */
  readonly at: number
  isOf: (user: string) => boolean
}

/** Renamings that are remembered; records of the time before them keep the name that they have. */
const most = 1000

/**
 * What the caches of records are called now. Records keep the name that they were written with, so
 * that neither they nor a rename cost anything; it is translated when somebody reads them.
 */
export class FormerNames {
  #all: FormerName[] = []
  #byName = new Map<string, FormerName[]>()

  /** @param newest id of the newest record */
  rename(cache: RenamedCache, from: string, to: string, newest: number): void {
    const earlier = this.#all.filter(({ id }) => id === cache.id)
    const after = Math.max(0, ...earlier.map(({ upTo }) => upTo))
    for (const former of earlier)
      former.now = to
    if (newest > after)
      this.#all = [...this.#all.slice(1 - most), { ...cache, name: from, after, upTo: newest, now: to }]
    this.#byName = Map.groupBy(this.#all, ({ name }) => name)
  }

  /** @param name with which the record was written */
  nameNow(name: string, record: Named): string {
    const former = this.#byName.get(name)?.find(({ space, since, after, upTo }) =>
      record.id > after && record.id <= upTo && record.at >= since && record.isOf(space))
    return former?.now ?? name
  }
}
