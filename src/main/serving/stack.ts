import type { Disposable } from '../base/disposable'
import type { Cache } from '../cache/ports'
import type { Layer, LayerContext, ServedCache } from './ports'
import { createDisposableStack } from '../base/disposable'

/** The layers of one cache, according to its settings. */
export interface Stack extends Disposable {
  /** The engine's own cache if no layer applies, so that a call goes through nothing else. */
  readonly served: ServedCache
}

/** @param layers from the cache outwards: the last one is called first */
export function createStack(
  cache: Cache,
  layers: readonly Layer[],
  context: Omit<LayerContext, 'definition' | 'recordHit'>,
): Stack {
  const { definition } = cache
  const wrapped = createDisposableStack()
  let served: ServedCache = cache
  for (const layer of layers) {
    if (layer.applies(definition))
      served = wrapped.use(layer.wrap(served, { definition, recordHit: cache.recordHit, ...context }))
  }
  if (served !== cache) {
    // What a layer hands on is a copy, but the cache may be renamed and keep its layers.
    const outermost = served
    served = {
      ...outermost,
      get definition() {
        return cache.definition
      },
    }
  }
  return { served, dispose: wrapped.dispose }
}
