import type { Stopwatch } from '../../base/clock'
import type { RedisCall } from '../redis-call'
import type { RedisAnswer } from '../reply'
import type { RedisSession } from '../session'
import { Buffer } from 'node:buffer'
import process from 'node:process'
import { matchesGlob } from '../glob'
import { AnswerMap, CommandFault, Verbatim } from '../reply'

/** The version of Redis whose commands these are: clients look at it to see what they may send. */
export const redisVersion = '7.2.4'

interface AboutParts {
  stopwatch: Stopwatch
  /** Of Larder. */
  version: string
  /** 40 characters, other ones after each start. */
  runId: string
  port: () => number
  sessions: ReadonlyMap<number, RedisSession>
  /** Bytes that all caches may take. */
  budget: () => number
  /** Entries of the cache in use. */
  size: (call: RedisCall) => number
  /** Whether the switch shows the cache in use as one that is being loaded. */
  isLoading: (call: RedisCall) => boolean
}

/** What the server tells of itself. */
export function createAboutHandlers({
  stopwatch,
  version,
  runId,
  port,
  sessions,
  budget,
  size,
  isLoading,
}: AboutParts) {
  const started = stopwatch.now()

  const sections: Readonly<Record<string, (call: RedisCall) => Readonly<Record<string, string | number>>>> = {
    server: () => ({
      redis_version: redisVersion,
      redis_mode: 'standalone',
      larder_version: version,
      os: `${process.platform} ${process.arch}`,
      arch_bits: 64,
      process_id: process.pid,
      run_id: runId,
      tcp_port: port(),
      uptime_in_seconds: Math.floor((stopwatch.now() - started) / 1000),
      uptime_in_days: Math.floor((stopwatch.now() - started) / 86_400_000),
    }),
    clients: () => ({ connected_clients: sessions.size, blocked_clients: 0 }),
    memory: () => ({
      used_memory: process.memoryUsage.rss(),
      maxmemory: budget(),
      maxmemory_policy: evictionName,
    }),
    persistence: call => ({
      loading: isLoading(call) ? 1 : 0,
      async_loading: 0,
      rdb_bgsave_in_progress: 0,
      aof_enabled: 0,
    }),
    stats: () => ({ instantaneous_ops_per_sec: 0 }),
    replication: () => ({ role: 'master', connected_slaves: 0, master_repl_offset: 0 }),
    cluster: () => ({ cluster_enabled: 0 }),
    keyspace(call) {
      const keys = size(call)
      return keys === 0 ? {} : { [`db${call.session.database}`]: `keys=${keys},expires=0,avg_ttl=0` }
    },
  }
  const all: ReadonlySet<string> = new Set(['all', 'default', 'everything'])

  function info(call: RedisCall): RedisAnswer {
    const wanted = call.args.slice(1).map(word => word.toString('latin1').toLowerCase())
    const isAll = wanted.length === 0 || wanted.some(word => all.has(word))
    const parts = Object.entries(sections).filter(([name]) => isAll || wanted.includes(name)).map(([name, facts]) => {
      const lines = Object.entries(facts(call)).map(([fact, value]) => `${fact}:${value}\r\n`)
      return `# ${name.charAt(0).toUpperCase()}${name.slice(1)}\r\n${lines.join('')}`
    })
    return new Verbatim(parts.join('\r\n'))
  }

  /** What clients and frameworks ask for; nothing of it can be set. */
  function settings(): Readonly<Record<string, string>> {
    return {
      'maxmemory': String(budget()),
      'maxmemory-policy': evictionName,
      'databases': '16',
      'save': '',
      'appendonly': 'no',
      'timeout': '0',
      'port': String(port()),
      // All are told to whoever listens.
      'notify-keyspace-events': 'AKE',
      'proto-max-bulk-len': '536870912',
      'slowlog-log-slower-than': '-1',
      'slowlog-max-len': '0',
    }
  }

  return {
    info,
    'config|get': function ({ args }: RedisCall): RedisAnswer {
      const patterns = args.slice(2).map(pattern => pattern.toString('latin1').toLowerCase())
      const found = Object.entries(settings()).filter(([name]) => patterns.some(pattern => matchesGlob(pattern, name)))
      return new AnswerMap(found.flat().map(text => Buffer.from(text)))
    },
    'config|set': function ({ args }: RedisCall): RedisAnswer {
      if (args.length % 2 !== 0)
        throw new CommandFault('ERR wrong number of arguments for \'config|set\' command')
      return 'OK'
    },
    'config|resetstat': (): RedisAnswer => 'OK',
  }
}

/** In the words of Redis: any entry may go when there is no room. */
const evictionName = 'allkeys-lru'
