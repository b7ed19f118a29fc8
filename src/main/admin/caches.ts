import type { OperationOutput, OperationParsed } from '@shared/operations'
import type { RealClock } from '../base/clock'
import type { EventHub } from '../base/event-hub'
import type { ExportFile } from '../base/export-files'
import type { GatewayPorts } from '../base/gateway-ports'
import type { CallContext } from '../base/operation-handlers'
import type { Mount } from '../serving/caches'
import type { HistoryKeeper } from '../serving/history/history'
import type { JobBook } from '../serving/jobs/job-book'
import type { RequestLog } from '../serving/log/request-log'
import type { CacheFigures } from '../serving/ports'
import type { CacheDirectory } from './cache-directory'
import type { CacheMaker } from './cache-maker'
import type { ConnectionDirectory } from './connection-directory'
import type { HandlersOf } from './handlers'
import type { KeyRing } from './key-ring'
import { isSamePlace } from '@shared/backend-settings'
import { initialSettings } from '@shared/cache-settings'
import { invalidField, LarderError } from '@shared/errors'
import { isoTime } from '@shared/moment'
import { givenOnly } from '../base/given-only'
import { isAdministrator } from '../base/principal'
import { controlCall } from '../serving/call'
import { describeTarget } from '../serving/jobs/target'
import { stillRestoring } from '../serving/restoring'
import { checkDurability } from './durability-rule'
import { checkGateway } from './gateway-rules'
import { callerOf } from './handlers'
import { completeChange } from './nested-change'
import { describeOffTime } from './off-time'
import { checkReserveWithin } from './reserves'
import { checkConnected, checkReserveRight } from './server-settings'
import { withHitRatio } from './totals'

/** The cache that the text face uses; every user has one. */
export const defaultCache = 'default'

interface CacheHandlerDependencies {
  caches: CacheDirectory
  maker: CacheMaker
  keys: KeyRing
  events: EventHub
  clock: RealClock
  jobs: JobBook<ExportFile>
  connections: Pick<ConnectionDirectory, 'has' | 'get'>
  history: Pick<HistoryKeeper, 'minute'>
  gateways: GatewayPorts
  requestLog: Pick<RequestLog, 'rename'>
}

export function createCacheHandlers({
  caches,
  maker,
  keys,
  events,
  clock,
  jobs,
  connections,
  history,
  gateways,
  requestLog,
}: CacheHandlerDependencies): HandlersOf<'caches'> {
  function refuseDefault(name: string, verb: 'deleted' | 'renamed'): void {
    if (name === defaultCache) {
      throw new LarderError(
        'protected',
        `${defaultCache} cannot be ${verb}, because /v1 and /flush use it.`,
        { errors: [{ field: 'name', message: `must not be ${defaultCache}` }] },
      )
    }
  }

  /** Where an offered connection leads, and why it is down, is for administrators. */
  function describe(cache: CacheFigures, context: CallContext): OperationOutput<'caches.get'> {
    const { id, space, ...definition } = cache.definition
    const { tier } = caches.get(space, definition.name).served
    const gatewayState = gateways.state(id)
    return {
      ...definition,
      createdAt: isoTime(caches.createdAt(cache)),
      asOf: isoTime(clock.wall()),
      entries: cache.size,
      bytes: cache.bytes,
      statistics: withHitRatio(cache.statistics()),
      lastMinute: history.minute(id),
      ...tier && { tier: isAdministrator(callerOf(context)) ? tier() : { ...tier(), detail: null } },
      ...gatewayState && { gatewayState },
      ...describeOffTime(caches.offTime(cache)),
      ...cache.restoring && { restoring: cache.restoring.progress },
    }
  }

  /**
   * The cache and the change. Throws LarderError `cache-not-found`, `admin-only`, `invalid-input`,
   * `connection-not-found`, `restoring`.
   */
  function readChange({ name, entries, ...settings }: OperationParsed<'caches.update'>, context: CallContext) {
    const caller = callerOf(context)
    const mount = caches.get(caller.userId, name)
    const { definition } = mount.cache
    const change = completeChange(definition, givenOnly(settings))
    // What has not come back yet would be lost.
    if (change.persistent === false && mount.cache.restoring !== null)
      throw stillRestoring(mount.cache)
    checkReserveRight(caller, definition, change)
    checkReserveWithin(definition, change)
    checkDurability(definition, change)
    checkGateway(connections, caller, definition, change, maker.portsBut(definition.id))
    checkConnected(connections, caller, definition, change, () =>
      caches.connected().filter(({ id }) => id !== definition.id))
    const { backend = definition.backend } = change
    const isElsewhere = definition.backend !== null && !isSamePlace(definition.backend, backend)
    if (entries === 'delete' && !isElsewhere)
      throw invalidField('entries', 'can only be deleted at a backend that this change leaves')
    return { userId: caller.userId, mount, change, deletes: entries === 'delete' }
  }

  /**
   * Deletes what a cache has at its backend, before it is forgotten where that is. Rejects with
   * what the backend says; then nothing else may change.
   */
  async function clearBackend({ cache, served }: Mount, context: CallContext): Promise<void> {
    if (cache.definition.backend !== null)
      await served.flush(controlCall(callerOf(context), 'caches.flush'))
  }

  return {
    'caches.list': (_, context) => caches.list(callerOf(context).userId).map(cache => describe(cache, context)),
    'caches.create': (input, context) => {
      const caller = callerOf(context)
      maker.check(caller, [input])
      // A snapshot may have such a cache, which is made as it was.
      checkDurability(initialSettings, input)
      const cache = maker.make(caller, input)
      const answer = (): OperationOutput<'caches.create'> => describe(cache, context)
      return gateways.settled(cache.definition.id)?.then(answer) ?? answer()
    },
    'caches.refresh': ({ name, what, prefix }, context) => {
      const caller = callerOf(context)
      const { userId } = caller
      const { served: { refresh } } = caches.get(userId, name)
      if (refresh === undefined)
        throw new LarderError('not-here', `The cache ${name} has no source from which to refresh it.`)
      const wanted = what === 'held' ? what : { prefix }
      const ofSource = prefix === '' ? 'all keys of the source' : describeTarget({ prefix })
      const target = what === 'held' ? describeTarget(null) : ofSource
      return jobs.start({ kind: 'refresh', space: userId, cache: name, target }, progress =>
        refresh(wanted, progress, controlCall(caller, 'caches.refresh')))
    },
    'caches.get': ({ name }, context) => describe(caches.get(callerOf(context).userId, name).cache, context),
    'caches.update': async (input, context) => {
      const { userId, mount, change, deletes } = readChange(input, context)
      if (deletes)
        await clearBackend(mount, context)
      if (Object.keys(change).length > 0) {
        await caches.update(mount, change)
        events.emit('cache.updated', userId, { cache: input.name })
        await gateways.settled(mount.cache.definition.id)
      }
      return describe(mount.cache, context)
    },
    'caches.preview': async (input, context) => {
      const { mount, change } = readChange(input, context)
      if (mount.cache.restoring !== null)
        throw stillRestoring(mount.cache)
      return await caches.forecast(mount, change)
    },
    'caches.rename': ({ name, to }, context) => {
      const { userId } = callerOf(context)
      const mount = caches.get(userId, name)
      refuseDefault(name, 'renamed')
      if (to !== name) {
        const lists = keys.renameCache(userId, name, to)
        caches.rename(mount, to, lists.write)
        jobs.rename(userId, name, to)
        const { id, space } = mount.cache.definition
        requestLog.rename({ id, space, since: caches.createdAt(mount.cache) }, name, to)
        const followed = lists.apply()
        events.emit('cache.renamed', userId, { cache: to, from: name })
        if (followed > 0)
          events.emit('keys', userId, {})
      }
      return describe(mount.cache, context)
    },
    'caches.delete': async ({ name, entries, createdAt }, context) => {
      const { userId } = callerOf(context)
      const mount = caches.get(userId, name, createdAt)
      refuseDefault(name, 'deleted')
      if (entries === 'delete')
        await clearBackend(mount, context)
      caches.delete(mount)
      events.emit('cache.deleted', userId, { cache: name })
    },
    'caches.flush': async ({ name, asOf, createdAt }, context) => {
      const caller = callerOf(context)
      const { cache, served } = caches.get(caller.userId, name, createdAt)
      const call = controlCall(caller, 'caches.flush')
      const moment = asOf === undefined ? Infinity : Date.parse(asOf)
      // What a backend has may have been stored by others.
      const isAll = asOf === undefined || (cache.definition.backend === null && cache.storedLast <= moment)
      const matched = await (isAll ? served.flush(call) : served.invalidate({ all: true }, { asOf: moment }, call))
      return { matched }
    },
  }
}
