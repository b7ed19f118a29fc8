interface StorageNotice {
  /** Receives why a store cannot be written, and null when it can be written again. */
  report: (store: string, failure: string | null) => void
}

/**
 * Tells people once when the data folder can no longer be written, however many stores report it,
 * and once when all of them can be written again.
 */
export function createStorageNotice(home: string, tell: (sentence: string) => void): StorageNotice {
  const failing = new Set<string>()
  return {
    report(store, failure) {
      const before = failing.size
      if (failure === null)
        failing.delete(store)
      else
        failing.add(store)
      if (before === 0 && failure !== null) {
        const remedy = 'Free space on its disk or make it writable; until then everything stays in memory only.'
        tell(`cannot write to ${home}: ${failure}. ${remedy}`)
      }
      else if (before > 0 && failing.size === 0) {
        tell(`can write to ${home} again.`)
      }
    },
  }
}
