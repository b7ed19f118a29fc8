import type { NestedSetting } from '@shared/nested-settings'
import { backendRows } from '@shared/backend-settings'
import { sourceRows } from '@shared/source-settings'

/** A setting of a cache that names a connection: its parts, and what forms say of it. */
interface ConnectedSetting {
  rows: Readonly<Record<string, NestedSetting>>
  /** The parts that are not folded away. */
  common: readonly string[]
  /** The title of those that are. */
  rest: string
  /** What it means that there is none. */
  none: string
  /** What somebody reads who may not give it one. */
  absent: string
}

export const connectedSettings = {
  source: {
    rows: sourceRows,
    common: ['key', 'mode', 'refresh'],
    rest: 'Timeouts, grace and jitter of the source',
    none: 'None: the cache is filled by apps alone',
    absent: 'This cache has no source. An administrator may offer connections for one.',
  },
  backend: {
    rows: backendRows,
    common: ['prefix', 'format', 'near'],
    rest: 'Content type and timeout of the backend',
    none: 'None: entries are kept here',
    absent: 'This cache keeps its entries here. An administrator may offer connections for a backend.',
  },
} as const satisfies Record<string, ConnectedSetting>
