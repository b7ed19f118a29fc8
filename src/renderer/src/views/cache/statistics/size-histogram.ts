/** The number of entries whose values have at least `from` and less than `to` bytes. */
export interface SizeBucket { from: number, to: number, count: number }

/** Upper bounds in bytes; the last bucket is open-ended. */
const ends = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, Number.POSITIVE_INFINITY]
/** Number of rows below which the search ends and reads them all. */
const lastStretch = 250

/**
 * Counts entries by size, from windows of the order by size. Each bound is found by bisection, so a
 * million entries take about a hundred reads of one row instead of one read of a million. The
 * counts are exact as long as nothing changes during the search.
 *
 * @param read Returns sizes in ascending order, starting at an offset.
 */
export async function sizeHistogram(
  count: number,
  read: (offset: number, limit: number) => Promise<number[]>,
): Promise<SizeBucket[]> {
  const buckets: SizeBucket[] = []
  let from = 0
  let before = 0
  for (const to of ends) {
    const upTo = before === count || to === Number.POSITIVE_INFINITY ? count : await countBelow(to, before)
    buckets.push({ from, to, count: upTo - before })
    from = to
    before = upTo
  }
  const used = buckets.findLastIndex(bucket => bucket.count > 0)
  return buckets.slice(0, used + 1)

  async function countBelow(size: number, known: number): Promise<number> {
    let low = known
    let high = count
    while (high - low > lastStretch) {
      const middle = Math.floor((low + high) / 2)
      const [found = Number.POSITIVE_INFINITY] = await read(middle, 1)
      if (found < size)
        low = middle + 1
      else
        high = middle
    }
    const rest = high > low ? await read(low, high - low) : []
    return low + rest.filter(found => found < size).length
  }
}
