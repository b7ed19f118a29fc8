import type { OperationOutput } from '@shared/operations'
import type { ConnectionCondition } from '../base/connection-pool'
import type { ServedCaches } from './caches'
import { describeRestoring } from './restoring'

export type Phase = 'starting' | 'ready' | 'stopping'

interface ReadinessParts {
  phase: () => Phase
  /** Each is `ok`, or a sentence that says what is wrong. */
  stores: () => Record<string, string>
  connections: () => readonly { name: string, condition: Pick<ConnectionCondition, 'state' | 'detail'> }[]
  caches: () => ReturnType<ServedCaches['list']>
  /** A sentence about each database that was damaged at the start. */
  setAside: string[]
}

/** What `/readyz` tells administrators. */
export function createReadiness(parts: ReadinessParts): () => OperationOutput<'health.ready'> {
  return () => {
    const phase = parts.phase()
    const stores = parts.stores()
    const healthy = Object.values(stores).every(state => state === 'ok')
    const connections = parts.connections().map(({ name, condition: { state, detail } }) =>
      [name, state === 'down' ? `down: ${detail}` : state])
    return {
      status: phase !== 'ready' ? phase : healthy ? 'ready' : 'degraded',
      stores,
      ...parts.setAside.length > 0 && { setAside: parts.setAside },
      ...describeRestoring(parts.caches().map(({ cache }) => cache)),
      // One that is down keeps nobody from the caches.
      ...connections.length > 0 && { connections: Object.fromEntries(connections) as Record<string, string> },
    }
  }
}
