import type { CommandContext } from '../command'
import { setTimeout as sleep } from 'node:timers/promises'
import { counted } from '@shared/grouped'
import { countMisses, missReasonsWhileOn } from '@shared/miss-reasons'
import { defineCommand, flag } from '../command'
import { exitCodes, Failure, usageFailure } from '../failure'
import { facts, formatCell } from '../output'
import { boolean, duration } from '../values'

const switchCommand = defineCommand({
  name: 'switch',
  summary: 'Show or set the global switch.',
  details: ['Off: every request to a cache gets 503. The console and this command line keep working.'],
  arguments: [{ name: 'state', meaning: 'on or off', optional: true, completes: ['on', 'off'] }],
  examples: ['larder switch', 'larder switch off'],
  async run({ words: [state] }, { client, output }) {
    if (state !== undefined && state !== 'on' && state !== 'off')
      throw usageFailure(`switch ${state}: must be on or off`)
    const now = state === undefined
      ? await client.call('switch.get', {})
      : await client.call('switch.set', { enabled: state === 'on' })
    await output.show(now, () => now.enabled ? 'on' : 'off')
  },
})

const stats = defineCommand({
  name: 'stats',
  summary: 'Show statistics of all your caches.',
  examples: ['larder stats', 'larder stats --json'],
  async run(_, { client, output }) {
    const now = await client.call('stats.get', {})
    const { misses, latency, ...totals } = now.totals
    await output.show(now, () => facts([
      ['switch', now.enabled ? 'on' : 'off'],
      ['uptime (seconds)', now.uptime],
      ['caches', now.caches],
      ['entries', now.entries],
      ['bytes', now.bytes],
      ['budget (bytes)', now.budget],
      ['stores that fail', now.failing.join(', ') || 'none'],
      ['process memory (bytes)', now.rss],
      ['wrong now', now.watch?.troubles.map(({ sentence }) => sentence).join(' ') ?? null],
      ['requests of all users', now.requests],
      ['  per second', now.requestsPerSecond],
      ['hit ratio', totals.hitRatio],
      ['hits', totals.hits],
      ['  of them stale', totals.staleHits],
      ['misses', countMisses(misses)],
      ...missReasonsWhileOn.map(reason => [`  ${reason}`, misses[reason]] as const),
      ['turned away by a switch', misses.disabled],
      ['sets', totals.sets],
      ['deletes', totals.deletes],
      ['evictions', totals.evictions],
      ['expirations', totals.expirations],
      ['latency p50 (µs)', latency.p50],
      ['latency p90 (µs)', latency.p90],
      ['latency p99 (µs)', latency.p99],
      ['latency max (µs)', latency.max],
    ]))
  },
})

/** Milliseconds between two checks of a server that is still starting. */
const waitStep = 200

const status = defineCommand({
  name: 'status',
  summary: 'Show whether the server can take traffic.',
  details: ['Needs no key. The exit code is 0 if the server is ready, 1 if it is not, and 3 if no server answers.'],
  flags: {
    wait: flag(null, 'Wait until it is ready.', boolean),
    timeout: flag('<time>', 'With --wait: give up after this long; by default 30s.', duration),
  },
  examples: ['larder status', 'larder status --wait --timeout 30s && npm test'],
  async run({ flags }, context) {
    if (flags.timeout !== undefined && !flags.wait)
      throw usageFailure('--timeout works only with --wait')
    const ready = flags.wait
      ? await waitUntilReady(context, (flags.timeout ?? 30) * 1000)
      : await context.client.call('health.ready', {})
    const connections = Object.entries(ready.connections ?? {})
      .map(([name, state]) => [`connection ${name}`, state] as const)
    await context.output.show(ready, () => facts([
      ['status', ready.status],
      ...ready.restoring ? [['restoring', sayRestoring(ready.restoring)] as const] : [],
      ...Object.entries(ready.stores),
      ...connections,
    ]))
  },
})

function sayRestoring({ caches, progress }: { caches: number, progress: number }): string {
  return `${counted(caches, 'cache', 'caches')}, at least ${Math.floor(progress * 100)} % of their entries are back`
}

/**
 * Asks until the server is ready. Throws the last Failure after `timeout` milliseconds.
 */
async function waitUntilReady(
  { client, stopwatch }: CommandContext,
  timeout: number,
): ReturnType<typeof client.call<'health.ready'>> {
  const end = stopwatch.now() + timeout
  for (;;) {
    try {
      return await client.call('health.ready', {})
    }
    catch (error) {
      const maySucceed = error instanceof Failure
        && (error.exitCode === exitCodes.unreachable || error.problem.status === 503)
      if (!maySucceed || stopwatch.now() + waitStep > end)
        throw error
    }
    await sleep(waitStep)
  }
}

const settings = defineCommand({
  name: 'settings',
  summary: 'Show the settings and where secrets are kept.',
  examples: ['larder settings', 'larder call settings.update \'{"memory":536870912}\''],
  async run(_, { client, output }) {
    const now = await client.call('settings.get', {})
    const sentences = [now.vault.detail, now.vault.reason].filter(sentence => sentence !== null)
    await output.show(now, () => facts([
      ['version', now.version],
      ['url', now.url],
      ['home', now.home],
      ['memory (bytes)', now.memory],
      ['largest value (bytes)', now.valueLimit],
      ['requests without a key', now.anonymous.enabled ? now.anonymous.scopes.join(', ') : 'refused'],
      ['redis', now.redis],
      ['redis clients see while caching is off', now.redisOff],
      ['registration open', now.registrationOpen],
      ['vault', [`${now.vault.driver} (${formatCell(now.vault.state)})`, ...sentences].join(' – ')],
    ]))
  },
})

export const serverCommands = [switchCommand, stats, status, settings]
