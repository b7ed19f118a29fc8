/**
 * Runs one work after the other, so that what was asked for last is also what is done last. A
 * failure does not hold up the next.
 */
export function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const run = last.then(work)
    last = run.catch(() => {})
    return run
  }
}
