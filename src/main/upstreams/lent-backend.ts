import type { Backend } from '../serving/backends/backend'
import type { LazyDriver } from './driver'
import { SourceError } from '../serving/sources/source'

/** The backend of an open link, which is opened first if need be. Throws SourceError. */
type Borrow = (signal: AbortSignal) => Promise<Backend>

/** A backend that asks for an open link at each call. */
export function lentBackend(borrow: Borrow, abilities: LazyDriver['abilities']): Backend {
  const backend: Backend = {
    endsLives: abilities.has('end'),
    beyond: async (key, bytes, signal) => await (await borrow(signal)).beyond(key, bytes, signal),
    get: async (key, signal) => await (await borrow(signal)).get(key, signal),
    set: async (key, stored, signal) => await (await borrow(signal)).set(key, stored, signal),
    delete: async (key, signal) => await (await borrow(signal)).delete(key, signal),
    async* keys(prefix, signal) {
      yield* (await borrow(signal)).keys(prefix, signal)
    },
  }
  if (abilities.has('replace')) {
    backend.replace = async (key, before, after, signal) => {
      const { replace } = await borrow(signal)
      if (!replace)
        throw new SourceError('refused', 'The connection cannot do this.')
      return await replace(key, before, after, signal)
    }
  }
  return backend
}
