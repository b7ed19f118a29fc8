/** Reads again on request, but never twice at once and not more often than every interval. */
interface Refresher {
  request: () => void
  stop: () => void
}

/**
 * The first request calls `read` at once. Requests during a read, or within `interval` milliseconds
 * after it, share one further read. `read` must not throw, because it knows best where to show a
 * failure.
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
