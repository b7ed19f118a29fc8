import type { RedisOffMode } from '@shared/redis/off-modes'
import type { RealClock, Stopwatch } from '../base/clock'
import type { EnvironmentConnection } from '../base/configuration'
import type { ConnectionPool } from '../base/connection-pool'
import type { Disposable } from '../base/disposable'
import type { EventHub } from '../base/event-hub'
import type { ExportFile, ExportFiles } from '../base/export-files'
import type { GatewayPorts } from '../base/gateway-ports'
import type { Logger } from '../base/logger'
import type { MetadataStore } from '../base/metadata'
import type { OperationHandlers } from '../base/operation-handlers'
import type { Authenticator } from '../base/principal'
import type { ReadableFile } from '../base/readable-file'
import type { RedisSurface } from '../base/redis-clients'
import type { SecretVault, VaultChoice } from '../base/secret-vault'
import type { SignInPages } from '../base/sign-in-pages'
import type { SnapshotFiles } from '../base/snapshot-files'
import type { Timer } from '../base/timer'
import type { ServedCaches } from '../serving/caches'
import type { HistoryKeeper } from '../serving/history/history'
import type { JobBook } from '../serving/jobs/job-book'
import type { RequestLog } from '../serving/log/request-log'
import type { Source } from '../serving/sources/source'
import type { ImportActivity } from './imports'
import type { LogHandlerDependencies } from './log'
import type { Passwords } from './passwords'
import type { RequestHandlerDependencies } from './requests'
import type { ServerStateDependencies } from './server-state'
import type { StoredSettings } from './stored-settings'
import { createProgress } from '../base/progress'
import { createKeyHandlers } from './api-keys'
import { createAttemptLimiter } from './attempt-limiter'
import { createAuthenticator } from './authenticator'
import { bridgeEvents } from './bridge-events'
import { createCacheDirectory } from './cache-directory'
import { createCacheMaker } from './cache-maker'
import { createCacheHandlers } from './caches'
import { createAppClientHandlers } from './clients'
import { createConnectionDirectory } from './connection-directory'
import { createConnectionSecrets } from './connection-secrets'
import { createConnectionHandlers } from './connections'
import { createHistoryHandlers } from './history'
import { createImportHandlers } from './imports'
import { createJobHandlers } from './jobs'
import { createKeyRing } from './key-ring'
import { createLoader } from './loader'
import { createLogHandlers } from './log'
import { createPasswords } from './passwords'
import { createProvision, ownerNameFrom } from './provision'
import { createRequestHandlers } from './requests'
import { createSecretKeeper } from './secret-keeper'
import { createServerStateHandlers } from './server-state'
import { createSessions } from './sessions'
import { createSettingsHandlers } from './settings'
import { createSignInHandlers } from './sign-in'
import { createSignInCodes } from './sign-in-codes'
import { createSnapshotHandlers } from './snapshots'
import { createStoredSettings } from './stored-settings'
import { createUploads } from './uploads'
import { createUserDirectory } from './user-directory'
import { createDescribeUser } from './user-rules'
import { createUserHandlers } from './users'

export interface AdministrationDependencies extends
  Pick<LogHandlerDependencies, 'readLog'>, Pick<ServerStateDependencies, 'readiness' | 'metrics' | 'watch'> {
  requestLog: ServerStateDependencies['requestLog']
    & RequestHandlerDependencies['requestLog']
    & Pick<RequestLog, 'rename'>
  metadata: MetadataStore
  vault: { vault: SecretVault, wanted: VaultChoice, reason: string | null }
  caches: ServedCaches
  pool: ConnectionPool
  activity: ImportActivity
  /** The values behind a connection; undefined if there is none of this name. */
  sourceOf: (connection: string, options: { format: string }) => Source | undefined
  /** Those of this run, which are never stored. */
  environmentConnections: readonly EnvironmentConnection[]
  jobs: JobBook<ExportFile>
  history: HistoryKeeper
  gateways: GatewayPorts
  exportFiles: ExportFiles
  snapshotFiles: SnapshotFiles
  events: EventHub
  clock: RealClock
  stopwatch: Stopwatch
  timer: Timer
  logger: Logger
  /** `LARDER_API_KEY`: at least 16 characters. */
  environmentKey: string | null
  pages: SignInPages
  /** Token of the command line: at least 16 characters. */
  controlToken: string
  /** Name of the system's user, which becomes the owner's name. */
  ownerName: string
  /** `startedAt` in milliseconds of the stopwatch; `url` without a slash at the end. */
  info: { version: string, home: string, url: () => string, redis: () => RedisSurface | null, startedAt: number }
  /** Runs commands of the Redis protocol. */
  runLines: OperationHandlers['redis.run']
  /** Bytes; a budget configured for this run takes precedence over the stored one. @default null */
  memory?: number | null
  /** Configured for this run, in the same way. @default null */
  redisOff?: RedisOffMode | null
  /** Bytes of the machine, which no budget may exceed. */
  machineMemory: number
  /** @default scrypt at full cost */
  passwords?: Passwords
}

interface Administration extends Disposable {
  handlers: OperationHandlers
  authenticator: Authenticator
  /**
   * Creates the owner, once in the life of a data folder. If the vault did not keep the first API
   * key, `firstKey` is the only chance to see it; null if none was created. Must be finished before
   * requests are accepted, because without an owner nobody is let in.
   */
  firstStart: () => Promise<{ created: boolean, firstKey: { secret: string, kept: boolean } | null }>
  settings: Pick<StoredSettings, 'valueLimit' | 'budgetWarning' | 'redisOff'>
  /**
   * Loads a snapshot into the caches of the owner, after the first start. Rejects with LarderError
   * `bad-file` and what making a cache rejects with; then nothing was changed.
   */
  seed: (file: ReadableFile) => Promise<void>
  dispose: () => void
}

/**
 * Identity and administration: opens the stored caches, applies the stored settings, checks
 * credentials, handles every operation.
 */
export function createAdministration(deps: AdministrationDependencies): Administration {
  const { metadata, caches: served, events, clock, logger, passwords = createPasswords() } = deps
  const users = createUserDirectory(metadata)
  const settings = createStoredSettings({
    metadata,
    engine: served,
    logger,
    memory: deps.memory ?? null,
    redisOff: deps.redisOff ?? null,
    machineMemory: deps.machineMemory,
  })
  const caches = createCacheDirectory({ metadata, caches: served })
  const keys = createKeyRing({ metadata, users, clock, logger })
  const secrets = createSecretKeeper(deps.vault.vault, logger)
  const connections = createConnectionDirectory({
    metadata,
    secrets: createConnectionSecrets(deps.vault.vault, logger),
    pool: deps.pool,
    environment: deps.environmentConnections,
    logger,
  })
  const sessions = createSessions({ metadata, users, clock, logger })
  const codes = createSignInCodes(clock)
  const provision = createProvision({ metadata, users, caches, keys, secrets, events, clock })
  const authenticator = createAuthenticator({
    keys,
    sessions,
    users,
    settings,
    controlToken: deps.controlToken,
    environmentKey: deps.environmentKey,
  })
  const maker = createCacheMaker({ caches, users, connections, gateways: deps.gateways, events, clock })
  const loader = createLoader({
    caches,
    maker,
    events,
    valueLimit: settings.valueLimit,
    stopwatch: deps.stopwatch,
  })
  const uploads = createUploads({ files: deps.exportFiles, timer: deps.timer })
  const bridge = bridgeEvents(served, events)
  const describe = createDescribeUser({ caches, keys })

  const settingsHandlers = createSettingsHandlers({ settings, users, vault: deps.vault, info: deps.info, events })

  const handlers: OperationHandlers = {
    ...createCacheHandlers({
      caches,
      maker,
      keys,
      events,
      clock,
      jobs: deps.jobs,
      connections,
      history: deps.history,
      gateways: deps.gateways,
      requestLog: deps.requestLog,
    }),
    ...createConnectionHandlers({
      caches,
      users,
      connections,
      pool: deps.pool,
      activity: deps.activity,
      events,
      clock,
    }),
    ...createHistoryHandlers({ caches, history: deps.history }),
    ...createImportHandlers({
      caches,
      loader,
      uploads,
      jobs: deps.jobs,
      connections,
      activity: deps.activity,
      sourceOf: deps.sourceOf,
      valueLimit: settings.valueLimit,
      stopwatch: deps.stopwatch,
      timer: deps.timer,
    }),
    ...createJobHandlers({ caches, jobs: deps.jobs, files: deps.exportFiles, stopwatch: deps.stopwatch }),
    ...createKeyHandlers({ keys, caches, secrets, insert: metadata.keys.insert, events, clock }),
    ...createUserHandlers({
      users,
      describe,
      provision,
      passwords,
      sessions,
      codes,
      caches,
      jobs: deps.jobs,
      snapshotFiles: deps.snapshotFiles,
      uploads,
      keys,
      secrets,
      deleteKeys: metadata.keys.deleteOf,
      registrations: createAttemptLimiter({ clock, counters: 1 }),
      events,
    }),
    ...createSignInHandlers({
      users,
      describe,
      passwords,
      sessions,
      codes,
      userAttempts: createAttemptLimiter({ clock, counters: 'each' }),
      nameAttempts: createAttemptLimiter({ clock }),
      codeAttempts: createAttemptLimiter({ clock, counters: 1 }),
      pages: deps.pages,
      url: deps.info.url,
    }),
    ...settingsHandlers,
    ...createAppClientHandlers(deps.info),
    ...createLogHandlers({
      ...deps,
      users,
      keys,
      connections,
      describeSettings: settingsHandlers['settings.get'],
    }),
    ...createSnapshotHandlers({
      caches,
      loader,
      jobs: deps.jobs,
      files: deps.snapshotFiles,
      exportFiles: deps.exportFiles,
      events,
      valueLimit: settings.valueLimit,
      stopwatch: deps.stopwatch,
    }),
    'redis.run': deps.runLines,
    ...createRequestHandlers(deps),
    ...createServerStateHandlers({
      caches: served,
      stopwatch: deps.stopwatch,
      requestLog: deps.requestLog,
      info: deps.info,
      settings,
      readiness: deps.readiness,
      watch: deps.watch,
      metrics: deps.metrics,
    }),
  }

  return {
    handlers,
    authenticator,
    settings,
    async firstStart() {
      if (users.owner())
        return { created: false, firstKey: null }
      const { key } = await provision({ name: ownerNameFrom(deps.ownerName), passwordHash: null, owner: true })
      return { created: true, firstKey: key }
    },
    async seed(file) {
      const owner = authenticator.authenticate(deps.controlToken)
      if (owner === undefined)
        throw new Error('There is no owner yet')
      const wanted = { file, format: 'snapshot', cache: null, mode: 'merge', dryRun: false } as const
      await loader.load(owner, wanted, createProgress())
    },
    dispose() {
      bridge.dispose()
      uploads.dispose()
      keys.dispose()
      sessions.dispose()
    },
  }
}
