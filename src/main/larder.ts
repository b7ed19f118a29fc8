import type { Passwords } from './admin/passwords'
import type { RealClock, Stopwatch } from './base/clock'
import type { Configuration } from './base/configuration'
import type { ControlFile } from './base/control-file'
import type { EventHub } from './base/event-hub'
import type { Face } from './base/face'
import type { Listening } from './base/listen'
import type { OperationHandlers } from './base/operation-handlers'
import type { Authenticator } from './base/principal'
import type { Timer } from './base/timer'
import type { Phase } from './serving/readiness'
import type { Keytar } from './vault/keychain-process'
import { rmSync } from 'node:fs'
import { totalmem, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { messageOf } from '@shared/errors'
import { administrators } from '@shared/events'
import { limits } from '@shared/limits'
import { createAdministration } from './admin/administration'
import { localName } from './base/addresses'
import { systemClock, systemStopwatch } from './base/clock'
import { controlFileName } from './base/control-file'
import { createDisposableStack } from './base/disposable'
import { createEventHub } from './base/event-hub'
import { randomSecret } from './base/ids'
import { createInFlight } from './base/in-flight'
import { usableMemory } from './base/machine-memory'
import { noteSecretsOf } from './base/noted-vault'
import { userOf } from './base/principal'
import { createStorageNotice } from './base/storage-notice'
import { systemTimer } from './base/timer'
import { createEngine } from './cache/engine'
import { describeListening } from './cli/addresses'
import { createConversions } from './codecs/conversions'
import { createConnected } from './connected'
import { createGateways } from './gateway/gateways'
import { createHttpFace } from './http/server'
import { createStreamPlaces } from './http/stream-places'
import { readTlsFiles } from './http/tls-files'
import { openLog } from './logging'
import { createRedisFace } from './redis/redis-face'
import { createDurability } from './serving/layers/durability'
import { createStorageFormat } from './serving/layers/storage-format'
import { tellOfRestoring } from './serving/restoring'
import { createServing } from './serving/serving'
import { setDamagedAside, startDespiteDamage } from './storage/damaged-databases'
import { openEntryJournal } from './storage/entry-journal'
import { createExportFiles } from './storage/export-files'
import { prepareHome } from './storage/home'
import { lockHome } from './storage/home-lock'
import { openMetadata } from './storage/metadata-store'
import * as files from './storage/private-files'
import { seedFrom } from './storage/seed'
import { createSignInPages } from './storage/sign-in-pages'
import { createSnapshotFiles } from './storage/snapshot-files'
import { openVault } from './vault/vault'
import { createWatched } from './watched'

export interface LarderOptions {
  configuration: Configuration
  version: string
  /** Folder of the console's build. */
  consoleFolder: string
  /** File of the thread that writes persistent entries; without it this thread writes them. */
  writerProgram?: string
  /** File of the thread that converts large values; without it this thread does. */
  codecProgram?: string
  /** Loads the access to the keychain. @default keytar, in processes of Node */
  loadKeytar?: () => Promise<Keytar>
  /** @default the system's clock */
  clock?: RealClock
  /** @default the system's stopwatch */
  stopwatch?: Stopwatch
  /** @default the system's timer */
  timer?: Timer
  /** @default scrypt at full cost */
  passwords?: Passwords
  /** Gets what a person should know while the server runs, a sentence each. @default nobody */
  tell?: (sentence: string) => void
}

/** A running Larder, without a shell around it. */
export interface Larder {
  /** `http://localhost:7777` */
  url: string
  /** `redis://localhost:7379`, without a key; null if that protocol is not spoken. */
  redisUrl: string | null
  port: number
  /**
   * The addresses it listens on, and whether other machines can reach it, as a sentence for people.
   */
  listening: string
  /**
   * The first API key, at the very first start only: afterwards only the vault knows it, if it has
   * kept it.
   */
  firstKey: { secret: string, kept: boolean } | null
  /** Warnings for the person, one sentence each. */
  warnings: string[]
  handlers: OperationHandlers
  authenticator: Authenticator
  hub: EventHub
  /** Lets the command line and the shell in as the owner. */
  controlToken: string
  /** Stops listening, finishes requests, flushes, closes. At most 5 s; may be called twice. */
  stop: () => Promise<void>
}

/** Bytes; used if a quarter of the memory budget is less. */
const leastInFlight = 64_000_000
const keyNotKept = 'The first API key could not be kept, so larder key print cannot show it. larder key create --label my-app makes another one and shows it.'
/** Milliseconds that requests have to finish at a stop; the rest of the 5 s is for flushing. */
const stopGrace = 3000

/**
 * Starts a Larder. Throws an Error with a sentence for people if the folder is in use, a port is
 * taken, or a file of the folder cannot be opened or does not belong to the person; in that case
 * nothing stays open.
 */
export function createLarder(options: LarderOptions): Promise<Larder> {
  return startDespiteDamage(examineWholly => compose(options, examineWholly))
}

/** The composition root: builds every part, connects them, and disposes of them in reverse. */
async function compose({
  configuration,
  version,
  consoleFolder,
  writerProgram,
  codecProgram,
  loadKeytar,
  clock = systemClock,
  stopwatch = systemStopwatch,
  timer = systemTimer,
  passwords,
  tell = () => {},
}: LarderOptions, examineWholly: boolean): Promise<Larder> {
  const startedAt = stopwatch.now()
  const parts = createDisposableStack()
  try {
    const tls = configuration.tls && await readTlsFiles(configuration.tls)
    const home = prepareHome(configuration.home)
    parts.use(lockHome(home))
    const { logger, redactor } = parts.use(openLog(home, configuration, clock))
    const notice = createStorageNotice(home, tell)
    const setAside = setDamagedAside({ home, clock, logger, wholly: examineWholly })
    const onHealth = (store: string) => (failure: string | null) => notice.report(store, failure)
    const metadata = openMetadata({ home, clock, logger, onHealth: onHealth('metadata') })
    parts.defer(metadata.close)
    const journal = openEntryJournal({ home, logger, clock, writerProgram, onHealth: onHealth('entries') })
    parts.defer(journal.close)
    const { vault: openedVault, wanted, reason, warning } = await openVault({
      choice: configuration.vault,
      home,
      files,
      logger,
      stopwatch,
      loadKeytar,
    })
    const vault = noteSecretsOf(openedVault, redactor)
    const hub = createEventHub(error => logger.error('an event listener failed', { error: messageOf(error) }))
    const budget = configuration.memory ?? limits.budget
    let answered = (): number => 0
    const machine = { clock, stopwatch, timer, logger }
    const engine = parts.use(createEngine({ ...machine, journal, budget, answered: () => answered() }))
    const pages = parts.use(createSignInPages({ home, logger }))
    const exportFiles = parts.use(createExportFiles({ home, logger }))
    const { upstreams, activity, activityOf, layers } = createConnected({
      home,
      ...machine,
      onChange: () => hub.emit('connections', administrators, {}),
    })
    parts.use(upstreams)
    let valueLimit = (): number => limits.value
    const conversions = parts.use(createConversions({ program: codecProgram, timer }))
    const { serving, caches, requestLog, jobs, schedule, history } = createServing({
      engine,
      layers: [
        createDurability(journal),
        ...layers,
        createStorageFormat({ conversions, valueLimit: () => valueLimit() }),
      ],
      ...machine,
      hub,
    })
    answered = requestLog.total
    parts.use(jobs)
    parts.use(schedule)
    parts.use(history)
    history.start()
    // Always has room for two values of the largest size, because one is copied while it arrives.
    const inFlight = createInFlight(
      () => Math.max(configuration.inFlight ?? Math.max(engine.budget / 4, leastInFlight), 2 * valueLimit()),
      userOf,
    )
    const eventStreams = createStreamPlaces(limits.streams)
    const controlToken = `lc_${randomSecret()}`
    let url = ''
    let redis: ReturnType<typeof createRedisFace>
    let ownPort = configuration.port
    let phase: Phase = 'starting'

    const gateways = createGateways({
      serving,
      origins: { find: upstreams.originOf, ...activity },
      inFlight,
      valueLimit: () => valueLimit(),
      ...machine,
      host: configuration.host,
      allowedHosts: configuration.allowedHosts,
      tls,
    })

    const watched = parts.use(createWatched({
      home,
      caches,
      engine,
      stores: () => ({ metadata: metadata.health(), entries: journal.health() }),
      setAside,
      upstreams,
      activityOf,
      inFlight,
      eventStreams,
      phase: () => phase,
      startedAt,
      ...machine,
    }))
    const administration = parts.use(createAdministration({
      metadata,
      vault: { vault, wanted, reason },
      caches,
      pool: upstreams,
      gateways: { ...gateways, ownPort: () => ownPort },
      activity,
      sourceOf: upstreams.sourceOf,
      environmentConnections: configuration.connections,
      jobs,
      history,
      exportFiles,
      snapshotFiles: createSnapshotFiles({ home, logger }),
      events: hub,
      ...machine,
      passwords,
      requestLog,
      readLog: async query => (await import('./storage/log-page')).readLogPage(home, query),
      pages,
      environmentKey: configuration.apiKey,
      controlToken,
      ownerName: userInfo().username,
      memory: configuration.memory,
      redisOff: configuration.redisOff,
      machineMemory: usableMemory(totalmem(), process.constrainedMemory()),
      info: { version, home, url: () => url, redis: () => redis, startedAt },
      runLines: (run, context) => redis.runLines(run, context),
      ...watched,
    }))
    const { firstKey } = await administration.firstStart()
    const { budgetWarning } = administration.settings
    valueLimit = administration.settings.valueLimit
    await seedFrom(configuration.seed, administration.seed, logger)

    const { handlers, authenticator } = administration
    const behindFaces = { ...machine, serving, handlers, authenticator, inFlight, valueLimit, tls }
    const http = createHttpFace({
      ...configuration,
      ...behindFaces,
      hub,
      places: eventStreams,
      about: () => ({ version, url }),
      conversions,
      consoleFolder,
    })
    const { settings } = administration
    redis = createRedisFace({ ...configuration, ...behindFaces, caches, version, hub, settings, tell })
    // People and the command line are told the address of the first face.
    const faces: Face[] = [http, redis]
    const listenings: Listening[] = []
    for (const face of faces) {
      listenings.push(await face.start())
      parts.defer(() => face.stop(stopGrace))
    }
    parts.use(gateways)
    await gateways.start(caches)
    const [{ port, addresses }] = listenings as [Listening]
    ownPort = port
    const scheme = configuration.tls ? 'https' : 'http'
    url = `${scheme}://${localName(configuration.host, addresses, 'localhost')}:${port}`

    // Uses the addresses that the sockets report, because a configured name may mean any address.
    const bound = listenings.flatMap(({ servers }) => servers)
      .map(listener => listener.address())
      // Sockets in the file system have a path, and are the person's own.
      .filter(address => address !== null && typeof address !== 'string')
    const listening = describeListening(bound, configuration.tls !== null)

    const control = join(home, controlFileName)
    const content: ControlFile = {
      url: `${scheme}://${localName(configuration.host, addresses, '127.0.0.1')}:${port}`,
      token: controlToken,
      pid: process.pid,
    }
    files.writeFileAtomic(control, JSON.stringify(content))
    parts.defer(() => rmSync(control, { force: true }))
    parts.defer(() => {
      phase = 'stopping'
      void requestLog.dispose()
      logger.info('stopping')
    })
    phase = 'ready'
    void tellOfRestoring(caches.list().map(({ cache }) => cache), { stopwatch, logger, tell })
    logger.info('ready', { version, port, listening, vault: vault.driver })

    return {
      url,
      redisUrl: redis.state().url,
      port,
      listening,
      firstKey,
      warnings: [
        ...setAside,
        ...warning === null ? [] : [warning],
        ...redis.warnings(),
        ...firstKey === null || firstKey.kept ? [] : [keyNotKept],
        ...budgetWarning === null ? [] : [budgetWarning],
      ],
      handlers,
      authenticator,
      hub,
      controlToken,
      stop: parts.dispose,
    }
  }
  catch (error) {
    await parts.dispose()
    throw error
  }
}
