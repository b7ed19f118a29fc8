import type { Emit } from './events'
import type { ClientStore } from './store'
import { now } from './bytes'
import { toClientError } from './client-error'

interface WatchedStoreParts {
  server: ClientStore
  /** What takes over while the server is away; undefined if nothing does. */
  local: ClientStore | undefined
  emit: Emit
  /** Seconds for which a server that did not answer in time is left alone. */
  rest: number
}

/**
 * A server's store that says when the server goes and comes back. Each call asks the server, as one
 * that is off or refuses costs nothing to ask; only who made us wait is left alone for a moment,
 * where there is something else to do: the local store, or no lease.
 */
export function watchStore({ server, local, emit, rest }: WatchedStoreParts): ClientStore {
  let trouble: Error | undefined
  let restsUntil = 0

  function recover(): void {
    restsUntil = 0
    if (!trouble)
      return
    trouble = undefined
    // What was kept meanwhile would be old the next time.
    void local?.invalidate({ glob: '*' })
    emit('back', {})
  }

  function watched<W extends unknown[], R>(
    call: (store: ClientStore) => (...words: W) => Promise<R>,
    mayRest = !!local,
  ) {
    return async (...words: W): Promise<R> => {
      let error = trouble
      if (!error || restsUntil < now() || !mayRest) {
        // One call tries; those beside it do not wait with it.
        if (restsUntil)
          restsUntil = now() + rest * 1000
        try {
          const result = await call(server)(...words)
          recover()
          return result
        }
        catch (thrown) {
          const { code, status = 0 } = error = toClientError(thrown, 'invalid-input')
          // What a server refuses it would refuse again, wherever the others go.
          if (!/^(?:unreachable|timeout|garbage)$/.test(code) && (status < 500 || code === 'not-here')) {
            recover()
            throw error
          }
          restsUntil = code === 'timeout' ? now() + rest * 1000 : 0
          if (!trouble)
            emit('away', { error: error as ReturnType<typeof toClientError> })
          trouble = error
        }
      }
      if (!local)
        throw error
      return await call(local)(...words)
    }
  }

  return {
    run: watched(store => store.run),
    batch: watched(store => store.batch),
    invalidate: watched(store => store.invalidate),
    page: watched(store => store.page),
    lease: watched(store => store.lease, true),
    close: server.close,
  }
}
