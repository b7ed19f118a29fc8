/** Reads again whenever asked, but never twice at once and never more often than the interval. */
interface Refresher {
  request: () => void
  stop: () => void
}

/**
 * `read` runs at once on the first request; requests while it runs, or within `interval`
 * milliseconds after it, are answered together by one more read. `read` must not throw: it knows
 * best where to show its failure.
 */
export function createRefresher(read: () => Promise<void>, interval: number): Refresher {
  let busy = false
  let again = false
  let stopped = false

  async function run(): Promise<void> {
    busy = true
    await read()
    await new Promise(resolve => setTimeout(resolve, interval))
    busy = false
    if (again)
      request()
  }

  function request(): void {
    again = busy
    if (!busy && !stopped)
      void run()
  }

  return {
    request,
    stop() {
      stopped = true
    },
  }
}
