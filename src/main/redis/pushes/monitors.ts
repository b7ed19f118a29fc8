import type { Clock } from '../../base/clock'
import type { RedisCall } from '../redis-call'
import type { RedisSession } from '../session'
import type { SignOn } from '../sign-on'
import type { Hearing } from './hearing'
import { mayUse } from '../sign-on'

/** Connections that are shown the commands of others. */
export interface Monitors {
  /** Whether there are any. */
  readonly any: boolean
  add: (session: RedisSession) => void
  leave: (session: RedisSession) => void
  /** Shows a command that has run. */
  show: (call: RedisCall) => void
}

interface MonitorsParts { signOn: SignOn, hearing: Hearing, clock: Clock }

/** What stands in place of secrets. */
const hidden = '"(redacted)"'

export function createMonitors({ signOn, hearing, clock }: MonitorsParts): Monitors {
  const monitors = new Set<RedisSession>()

  function maySee(monitor: RedisSession, { session }: RedisCall): boolean {
    const [viewer, shown] = [signOn.principalOf(monitor), signOn.principalOf(session)]
    return viewer !== null && shown !== null && hearing.isOf(monitor, shown.userId) && mayUse(viewer, session.cache)
  }

  return {
    get any() {
      return monitors.size > 0
    },
    add(session) {
      session.isMonitor = true
      monitors.add(session)
    },
    leave(session) {
      session.isMonitor = false
      monitors.delete(session)
    },
    show(call) {
      // As Redis does: what manages a server is shown to nobody.
      if (call.row.spec.flags.includes('admin'))
        return
      const { session } = call
      const now = clock.wall()
      const time = `${Math.floor(now / 1000)}.${String(Math.floor(now * 1000) % 1_000_000).padStart(6, '0')}`
      const line = `${time} [${session.database} ${session.address}] ${wordsOf(call).join(' ')}`
      for (const monitor of monitors) {
        if (maySee(monitor, call))
          monitor.push(line)
      }
    },
  }
}

function wordsOf({ row: { name }, args }: RedisCall): string[] {
  const words = args.map(word => quoted(word.toString('latin1')))
  if (name === 'auth')
    return words.map((word, index) => index === 0 ? word : hidden)
  const at = name === 'hello' ? args.findIndex(word => word.toString('latin1').toUpperCase() === 'AUTH') : -1
  return at === -1 ? words : words.map((word, index) => index === at + 1 || index === at + 2 ? hidden : word)
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
}

/** As Redis prints bytes. */
function quoted(text: string): string {
  const shown = text.replaceAll(/[\\"]|[^\x20-\x7E]/g, character =>
    escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `"${shown}"`
}
