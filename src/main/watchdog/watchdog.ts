import type { ServerWatch, WatchTrouble } from '@shared/server-watch'
import type { DiskFigures } from '../base/disk-figures'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { Timer } from '../base/timer'
import { messageOf } from '@shared/errors'
import { expectedMemory, troublesOf } from './troubles'

interface WatchdogDependencies {
  loop: () => ServerWatch['loop']
  /** Bytes. */
  rss: () => number
  entries: () => { bytes: number, budget: number }
  stores: () => Readonly<Record<string, string>>
  connections: () => ServerWatch['connections']
  /** Asks the disk, which may take long or fail. */
  measure: () => Promise<DiskFigures>
  timer: Timer
  logger: Logger
}

interface Watchdog extends Disposable {
  /** The figures of now; those of the disk are some seconds old. */
  state: () => ServerWatch
}

/** Milliseconds between two looks. */
const interval = 10_000
/** Looks without the trouble before it counts as over, so that the log does not fill with it. */
const quietLooks = 6
/** These parts write a line of their own, which says more. */
const loggedElsewhere: ReadonlySet<WatchTrouble['part']> = new Set(['stores', 'connections'])

/**
 * Looks at the server as a whole every ten seconds, and logs when something gets wrong and when it
 * is over. A disk that does not answer delays the next look, and nothing else.
 */
export function createWatchdog(deps: WatchdogDependencies): Watchdog {
  const { timer, logger } = deps
  let measured: DiskFigures = { disk: null, files: null }
  let failure: string | null = null
  let waiting: Disposable | undefined
  let disposed = false
  /** By part: how many looks it has been well since. */
  const crossed = new Map<WatchTrouble['part'], number>()

  function state(): ServerWatch {
    const { bytes, budget } = deps.entries()
    const figures = {
      loop: deps.loop(),
      memory: { rss: deps.rss(), expected: expectedMemory(budget), used: bytes, budget },
      ...measured,
      stores: Object.fromEntries(Object.entries(deps.stores()).map(([name, condition]) =>
        [name, condition === 'ok' ? 'ok' as const : 'failing' as const])),
      connections: deps.connections(),
    }
    return { ...figures, troubles: troublesOf(figures) }
  }

  function tell(troubles: readonly WatchTrouble[]): void {
    for (const { part, sentence } of troubles.filter(({ part }) => !loggedElsewhere.has(part))) {
      if (!crossed.has(part))
        logger.warn('the server is not well', { part, reason: sentence })
      crossed.set(part, 0)
    }
    for (const [part, looks] of crossed) {
      if (troubles.some(trouble => trouble.part === part))
        continue
      crossed.set(part, looks + 1)
      if (looks + 1 === quietLooks) {
        crossed.delete(part)
        logger.info('the server is well again', { part })
      }
    }
  }

  async function look(): Promise<void> {
    const [asked] = await Promise.allSettled([deps.measure()])
    // The log is closed by now, and the folder may be gone.
    if (disposed)
      return
    const reason = asked.status === 'rejected' ? messageOf(asked.reason) : null
    measured = asked.status === 'fulfilled' ? asked.value : { disk: null, files: null }
    if (reason !== null && reason !== failure)
      logger.warn('the disk cannot be looked at', { reason })
    failure = reason
    tell(state().troubles)
    waiting = timer.after(interval, () => void look())
  }

  void look()
  return {
    state,
    dispose() {
      disposed = true
      return waiting?.dispose()
    },
  }
}
