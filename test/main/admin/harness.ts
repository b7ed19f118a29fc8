import type { AdministrationDependencies } from '../../../src/main/admin/administration'
import type { ExportFile } from '../../../src/main/base/export-files'
import type { Principal } from '../../../src/main/base/principal'
import type { LarderEvent } from '../../../src/shared/events'
import type { OperationInput, OperationName, OperationOutput } from '../../../src/shared/operations'
import { onTestFinished } from 'vitest'
import { createAdministration } from '../../../src/main/admin/administration'
import { createPasswords } from '../../../src/main/admin/passwords'
import { createManualClock } from '../../../src/main/base/clock'
import { createEventHub } from '../../../src/main/base/event-hub'
import { createLogger } from '../../../src/main/base/logger'
import { invoke } from '../../../src/main/base/operation-handlers'
import { createBreakers } from '../../../src/main/serving/elsewhere/breaker'
import { createMeters } from '../../../src/main/serving/elsewhere/meter'
import { createHistory } from '../../../src/main/serving/history/history'
import { createJobBook } from '../../../src/main/serving/jobs/job-book'
import { LarderError } from '../../../src/shared/errors'
import { operations } from '../../../src/shared/operations'
import { emptyRequestLog } from '../../helpers/empty-request-log'
import { createManualTimer } from '../../helpers/manual-timer'
import { createMemoryExportFiles } from '../../helpers/memory-export-files'
import { createMemoryMetadata } from '../../helpers/memory-metadata'
import { createMemorySnapshotFiles } from '../../helpers/memory-snapshot-files'
import { goodWatch } from '../../helpers/server-watch'
import { createFakeEngine, createFakePages, createFakePool, createFakeVault, serve } from './fakes'

export const controlToken = 'lc_0123456789abcdef'
export const environmentKey = 'environment-key-of-this-run'
/** Passwords with scrypt at almost no cost. */
export const cheapPasswords = createPasswords({ cost: 2 ** 4 })

/** Starts an administration over fakes, with the owner signed in. */
export async function startAdministration(
  options: Partial<AdministrationDependencies> & {
    metadata?: ReturnType<typeof createMemoryMetadata>
    vaultDriver?: 'file' | 'keychain' | 'environment'
    locked?: boolean
  } = {},
) {
  const clock = createManualClock()
  const metadata = options.metadata ?? createMemoryMetadata()
  const engine = createFakeEngine()
  const vault = createFakeVault(options.vaultDriver)
  if (options.locked)
    vault.condition = { state: 'locked', detail: 'The keychain is locked.' }
  const pages = createFakePages()
  const pool = createFakePool()
  const activity = { meterOf: createMeters(clock.stopwatch), breakerOf: createBreakers(clock.stopwatch) }
  const log: string[] = []
  const events: LarderEvent[] = []
  const hub = createEventHub((error) => {
    throw error
  })
  const logger = createLogger(line => log.push(line), clock.wall)
  const jobs = createJobBook<ExportFile>({ clock, stopwatch: clock.stopwatch, hub, logger })
  onTestFinished(() => jobs.dispose())
  const history = createHistory({ engine, clock, stopwatch: clock.stopwatch, hub, logger })
  const exportFiles = createMemoryExportFiles()
  const snapshotFiles = createMemorySnapshotFiles()
  const administration = createAdministration({
    vault: { vault, wanted: 'auto', reason: 'No bus.' },
    machineMemory: 4e9,
    caches: serve(engine),
    pool,
    activity,
    environmentConnections: [],
    events: hub,
    clock,
    stopwatch: clock.stopwatch,
    logger,
    jobs,
    history,
    gateways: { state: () => undefined, settled: () => undefined, ownPort: () => 7777 },
    exportFiles,
    snapshotFiles,
    timer: createManualTimer(),
    sourceOf: () => undefined,
    requestLog: {
      ...emptyRequestLog,
      perSecond: () => 1.5,
      total: () => 7,
      rename() {},
    },
    watch: () => goodWatch,
    runLines: () => ({ at: new Date(0).toISOString(), replies: [] }),
    readLog: () => Promise.resolve({ lines: [], cursor: null, unreadable: 0 }),
    environmentKey,
    controlToken,
    ownerName: 'ada',
    info: {
      version: '0.1.0',
      home: '/home/ada/larder',
      url: () => 'http://localhost:7777',
      redis: () => null,
      startedAt: clock.stopwatch.now(),
    },
    readiness: () => ({ status: 'ready', stores: { metadata: 'ok' } }),
    pages,
    metrics: ({ userId, caches, admin }) =>
      `${userId} ${caches === null ? 'all' : [...caches].join()} ${admin ? 'process' : ''}`,
    passwords: cheapPasswords,
    ...options,
    metadata,
  })
  onTestFinished(() => administration.dispose())
  const first = await administration.firstStart()
  const { authenticate } = administration.authenticator
  const owner = authenticate(controlToken)
  if (!owner)
    throw new Error('The control token was refused')

  const defaultCaller: Principal = owner

  /** Calls an operation and checks the result against the table's output schema. */
  async function call<N extends OperationName>(
    name: N,
    input: OperationInput<N> | unknown = {},
    principal: Principal | null = defaultCaller,
  ): Promise<OperationOutput<N>> {
    const output = await invoke(administration.handlers, name, input, { principal })
    return operations[name].output.parse(output) as OperationOutput<N>
  }
  async function signIn(name: string, password: string): Promise<Principal> {
    const { token } = await call('session.create', { name, password }, null)
    return mustBe(authenticate(token))
  }
  return {
    administration,
    authenticate,
    call,
    signIn,
    owner,
    first,
    clock,
    metadata,
    engine,
    exportFiles,
    snapshotFiles,
    jobs,
    vault,
    pages,
    pool,
    activity,
    log,
    events,
    hub,
    watch: () => hub.subscribe(event => events.push(event)),
  }
}

export function mustBe<T>(value: T | undefined): T {
  if (value === undefined)
    throw new Error('There should be something')
  return value
}

/** Returns the code and the rejected fields of a refusal. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ code: string, fields: string[], retryAfter: number | undefined }> {
  const error = await call.then(() => undefined, (thrown: unknown) => thrown)
  if (!(error instanceof LarderError))
    throw new Error(`Expected a refusal, got ${String(error)}`)
  return { code: error.code, fields: (error.errors ?? []).map(({ field }) => field), retryAfter: error.retryAfter }
}

export async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await refusal(call)).code
}
