import type { Disposable } from '../base/disposable'
import type { ControlPlaneDeps } from './control-plane'
import type { Exchange } from './exchange'

/**
 * The control plane, loaded on the first request to it. Express and the OpenAPI document take more
 * time to load than the rest of the server, and no app under test needs them.
 */
export function createLazyControlPlane(deps: ControlPlaneDeps): { handle: (exchange: Exchange) => void } & Disposable {
  type ControlPlane = ReturnType<typeof createLazyControlPlane>
  let loading: Promise<ControlPlane> | undefined
  let loaded: ControlPlane | undefined

  async function load(): Promise<ControlPlane> {
    const { createControlPlane } = await import('./control-plane')
    return loaded = createControlPlane(deps)
  }

  return {
    handle(exchange) {
      if (loaded) {
        loaded.handle(exchange)
        return
      }
      loading ??= load()
      loading.then(control => control.handle(exchange)).catch((error: unknown) => deps.fail(exchange, error))
    },
    async dispose() {
      // If loading failed, the request that caused it has been told.
      await loading?.then(control => control.dispose(), () => {})
    },
  }
}
