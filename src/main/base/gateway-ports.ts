import type { GatewayState } from '@shared/gateway-state'

/** What the administration asks about gateways. */
export interface GatewayPorts {
  /** By the id of its cache; undefined for one without a gateway. */
  state: (id: string) => GatewayState | undefined
  /** Resolves when its port is open, or has failed; undefined for a cache without a gateway. */
  settled: (id: string) => Promise<void> | undefined
  /** The port of this server itself, which no gateway can have. */
  ownPort: () => number
}
