import type { Disposable } from '../base/disposable'
import type { Cache } from '../cache/ports'
import type { Layer, LayerContext, ServedCache } from './ports'

/** The layers of one cache, as its settings want them. */
export interface Stack extends Disposable {
  /** The engine's own cache where no layer applies: then a call goes through nothing. */
  readonly served: ServedCache
}

/** @param layers from the cache outwards: the last is asked first */
export function createStack(
  cache: Cache,
  layers: readonly Layer[],
  times: Pick<LayerContext, 'clock' | 'stopwatch'>,
): Stack {
  const { definition } = cache
  const wrapped: Disposable[] = []
  let served: ServedCache = cache
  for (const layer of layers) {
    if (!layer.applies(definition))
      continue
    const outer = layer.wrap(served, { definition, ...times })
    wrapped.unshift(outer)
    served = outer
  }
  return {
    served,
    dispose() {
      const closing = wrapped.splice(0).map(layer => layer.dispose()).filter(each => each instanceof Promise)
      return closing.length === 0 ? undefined : Promise.all(closing).then(() => {})
    },
  }
}
