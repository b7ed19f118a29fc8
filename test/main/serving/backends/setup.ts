import type { BackendInput } from '@shared/backend-settings'
import type { z } from 'zod'
import type { CacheDefinition } from '../../../../src/main/cache/ports'
import type { Backend } from '../../../../src/main/serving/backends/backend'
import type { OpenTracking } from '../../../../src/main/serving/backends/tracking'
import type { Call, WriteOptions } from '../../../../src/main/serving/ports'
import { Buffer } from 'node:buffer'
import { BackendInput as Input } from '@shared/backend-settings'
import { createBreakers } from '../../../../src/main/serving/elsewhere/breaker'
import { createMeters } from '../../../../src/main/serving/elsewhere/meter'
import { createBackendLayer } from '../../../../src/main/serving/layers/backend'
import { createManualTimer } from '../../../helpers/manual-timer'
import { callOf, setUp } from '../setup'
import { textOf } from '../sources/setup'

/** A cache `c` that keeps its entries at this backend. */
export function setUpBackend(
  backend: Backend,
  given: Partial<z.input<typeof BackendInput>> = {},
  settings: Partial<CacheDefinition> = {},
  track: OpenTracking = () => Promise.reject(new Error('Nobody tracks this backend')),
) {
  const timer = createManualTimer()
  const times = { clock: null as ReturnType<typeof setUp>['clock'] | null }
  const layer = createBackendLayer({
    backends: {
      find: ({ connection }) => connection === 'main' ? backend : undefined,
      track: (_, __, ...rest) => track(...rest),
      breakerOf: createBreakers({ now: () => times.clock?.stopwatch.now() ?? 0 }),
      meterOf: createMeters({ now: () => times.clock?.stopwatch.now() ?? 0 }),
    },
    timer,
  })
  const parts = setUp([layer], {
    ttl: 300,
    ...settings,
    backend: Input.parse({ connection: 'main', prefix: 'c:', ...given }),
  })
  times.clock = parts.clock
  const cache = () => parts.mount.served
  return {
    ...parts,
    timer,
    cache,
    /** Lets milliseconds pass for lives and for deadlines. */
    pass(milliseconds: number) {
      parts.clock.advance(milliseconds)
      timer.advance(milliseconds)
    },
    async get(key: string, change: Partial<Call> = {}) {
      return textOf(await cache().get(key, callOf(change)))
    },
    async set(key: string, text: string | Buffer, options: WriteOptions = {}) {
      return await cache().set(key, Buffer.from(text as string), options, callOf({ operation: 'entries.put' }))
    },
  }
}
