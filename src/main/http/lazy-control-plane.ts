import type { Disposable } from '../base/disposable'
import type { ControlPlaneDeps } from './control-plane'
import type { Exchange } from './exchange'

/**
 * The control plane, loaded when the first request to it comes. Express and the OpenAPI document
 * take more time to load than all the rest of the server, and no app under test waits for them.
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
      // Where loading failed, the request that wanted it was told.
      await loading?.then(control => control.dispose(), () => {})
    },
  }
}
