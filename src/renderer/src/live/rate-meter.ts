/** Computes rates from ever-growing counts, by name. */
interface RateMeter {
  /** Takes the counts at `at`, in seconds. Names that are missing from them are forgotten. */
  note: (counts: ReadonlyMap<string, number>, at: number) => void
  /**
   * The mean per second over the span, or between the last two readings if they are further apart;
   * null until there are two.
   */
  rate: (name: string) => number | null
}

/** @param span Seconds. */
export function createRateMeter(span: number): RateMeter {
  let readings = new Map<string, { at: number, count: number }[]>()
  return {
    note(counts, at) {
      readings = new Map([...counts].map(([name, count]) => {
        const old = readings.get(name) ?? []
        // A count that decreased is a new one: a new cache with the same name, or another server.
        const same = (old.at(-1)?.count ?? 0) <= count ? old : []
        return [name, [...same.filter((reading, i) => reading.at > at - span || i === same.length - 1), { at, count }]]
      }))
    },
    rate(name) {
      const [first, last] = [readings.get(name)?.at(0), readings.get(name)?.at(-1)]
      return first && last && last.at > first.at ? (last.count - first.count) / (last.at - first.at) : null
    },
  }
}
