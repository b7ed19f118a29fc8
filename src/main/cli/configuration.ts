import type { Configuration, EnvironmentConnection } from '../base/configuration'
import type { Given } from './arguments'
import type { Io } from './io'
import type { Option, OptionValue } from './options'
import type { Standing } from './trust'
import { posix, win32 } from 'node:path'
import { clientVariables } from '@shared/client-variables'
import { defaultPort, defaultRedisPort } from '@shared/limits'
import { fileReason } from '../base/file-reason'
import { beyondMemory } from '../base/machine-memory'
import { isLoopback } from './addresses'
import { parseGiven } from './arguments'
import { readDotenv } from './dotenv'
import { Failure, usageFailure } from './failure'
import { connectionOptions, givenIn, options } from './options'
import { suggestion } from './suggest'
import { escapeText } from './terminal'
import { openTrust } from './trust'

type IoSources = 'machineMemory'
  | 'env' | 'cwd' | 'platform' | 'readFile' | 'readSmallFile' | 'readPrivateFile' | 'writePrivateFile'

interface ConfigurationSources extends Pick<Io, IoSources> {
  /** Data folder to use if `LARDER_HOME` is not set. */
  defaultHome: string
  /** Receives a line for the person about a setting that is ignored. */
  warn: (line: string) => void
}

/** The options by flag, for reading the command line. */
export const optionFlags: ReadonlyMap<string, Option> = new Map(
  Object.values<Option>(options).flatMap(option => option.flag === null ? [] : [[option.flag, option]]),
)

/**
 * All configuration for the start: from flags, then the environment, then `.env` in the working
 * directory as far as it is allowed to decide, then defaults. An empty variable counts as not set.
 * Throws Failure (usage) that lists every bad value by the name it was given under.
 *
 * @param find Looks up an option in flags, environment and `.env`.
 */
export function resolveConfiguration(find: Lookup, sources: ConfigurationSources): Configuration {
  const absolute = (path: string): string => resolvePath(path, sources)
  const faults: string[] = []

  function read<O extends Option>(option: O): OptionValue<O> | undefined {
    try {
      return readOption(option, find)
    }
    catch (error) {
      faults.push(faultOf(error))
      return undefined
    }
  }

  function readPath(option: Option<string>, { mustBeReadable }: { mustBeReadable: boolean }): string | undefined {
    const path = read(option)
    if (path !== undefined && mustBeReadable) {
      try {
        sources.readFile(absolute(path))
      }
      catch (error) {
        faults.push(`${find(option)?.written}: must be a file that can be read; ${fileReason(error)}`)
      }
    }
    return path === undefined ? undefined : absolute(path)
  }

  function readMemory(): number | null {
    const memory = read(options.memory) ?? null
    if (memory !== null && memory > sources.machineMemory)
      faults.push(`${find(options.memory)?.written}: ${beyondMemory(sources.machineMemory)}`)
    return memory
  }

  const port = read(options.port) ?? defaultPort

  function readRedis(): Configuration['redis'] {
    const asked = read(options.redisPort)
    const path = readPath(options.redisSocket, { mustBeReadable: false })
    const socket = path === undefined ? {} : { socket: path }
    if (asked !== undefined && asked !== null)
      return { port: asked, isAsked: true, ...socket }
    if (asked !== null && port === defaultPort)
      return { port: defaultRedisPort, isAsked: false, ...socket }
    if (path !== undefined) {
      faults.push(
        `${find(options.redisSocket)?.written}: needs a port of the Redis protocol as well; `
        + 'set LARDER_REDIS_PORT, 0 picks a free one',
      )
    }
    return null
  }

  const certificate = readPath(options.tlsCertificate, { mustBeReadable: true })
  const key = readPath(options.tlsKey, { mustBeReadable: true })
  const configuration: Configuration = {
    home: readPath(options.home, { mustBeReadable: false }) ?? sources.defaultHome,
    port,
    redis: readRedis(),
    host: read(options.host) ?? null,
    allowedHosts: read(options.allowedHosts) ?? [],
    tls: certificate !== undefined && key !== undefined ? { certificate, key } : null,
    allowPlaintext: read(options.allowPlaintext) ?? false,
    apiKey: read(options.apiKey) ?? null,
    vault: read(options.vault) ?? 'auto',
    memory: readMemory(),
    redisOff: read(options.redisOff) ?? null,
    inFlight: read(options.inFlight) ?? null,
    headless: read(options.headless) ?? false,
    seed: readPath(options.seed, { mustBeReadable: false }) ?? null,
    connections: find.connections.flatMap(option => read(option) ?? []),
  }

  const lonely = find(options.tlsCertificate) ?? find(options.tlsKey)
  if (lonely && !(find(options.tlsCertificate) && find(options.tlsKey))) {
    faults.push(`${lonely.written}: TLS needs both files, LARDER_TLS_CERT and LARDER_TLS_KEY`)
  }
  else if (configuration.host !== null
    && !isLoopback(configuration.host)
    && !configuration.tls
    && !configuration.allowPlaintext) {
    faults.push(
      `${find(options.host)?.written}: other machines could connect, and API keys would travel unencrypted; set LARDER_TLS_CERT and LARDER_TLS_KEY, or LARDER_ALLOW_PLAINTEXT=1 (--allow-plaintext)`,
    )
  }

  if (faults.length > 0)
    throw usageFailure(faults.join('\n'))
  return configuration
}

interface Lookup {
  /** Returns the value given for an option by the first source that has one. */
  (option: Option): Given | undefined
  /** The options for the connections that these sources give. */
  connections: readonly Option<EnvironmentConnection>[]
}

function lookup(find: (option: Option) => Given | undefined, connections: Lookup['connections']): Lookup {
  return Object.assign(find, { connections })
}

/**
 * Looks options up in flags and the environment only. Commands use this, so that a `.env` never
 * sends them to another server or folder.
 */
export function createLookup(flags: ReadonlyMap<string, Given>, { env }: Pick<ConfigurationSources, 'env'>): Lookup {
  return lookup((option) => {
    const flagged = option.flag === null ? undefined : flags.get(option.flag)
    return flagged ?? givenIn(env, option)
  }, connectionOptions(env))
}

/**
 * Looks options up for a server: in flags, the environment, then the `.env` of the working
 * directory as far as it is allowed to decide. Warns of each variable that it may not set, and of
 * those that there are not. Throws Failure if the file, or the list of trusted files,
 * cannot be read.
 */
export function createServerLookup(flags: ReadonlyMap<string, Given>, sources: ConfigurationSources): Lookup {
  const find = createLookup(flags, sources)
  warnOfUnknown(sources.env, '', sources.warn)
  const file = readDotenv(sources.cwd, sources)
  if (!file)
    return find
  warnOfUnknown(file.variables, ` in ${escapeText(file.path)}`, sources.warn)
  const doubt = file.guarded.length === 0 ? null : doubts[openTrust(homeOf(find, sources), sources).standing(file)]
  // The list of trusted files is in the data folder, so larder trust has to use the same folder.
  const where = flags.has('home') ? ', with the same --home' : ''
  for (const { variable } of doubt === null ? [] : file.guarded)
    sources.warn(`${variable} in ${escapeText(file.path)} is ignored: ${doubt}${where}`)
  const others = doubt !== null
    ? []
    : file.connections.filter(({ variable }) => !find.connections.some(known => known.variable === variable))
  return lookup(
    option => find(option) ?? (doubt === null || option.harmless ? file.find(option) : undefined),
    [...find.connections, ...others],
  )
}

const prefix = 'LARDER_'
const known = Object.values<Option>(options).map(({ variable }) => variable.slice(prefix.length))
/** For apps, beside those for the server. */
const forClients: ReadonlySet<string> = new Set(clientVariables)
/** Kubernetes sets these for a service called larder, and not for Larder. */
const foreign = /^(?:SERVICE_|PORT_\d)/

/** Warns of Larder's variables that are none. */
function warnOfUnknown(
  values: Readonly<Record<string, string | undefined>>,
  where: string,
  warn: (line: string) => void,
): void {
  const connections = new Set(connectionOptions(values).map(({ variable }) => variable))
  for (const [variable, value] of Object.entries(values)) {
    const name = variable.startsWith(prefix) ? variable.slice(prefix.length) : ''
    const isKnown = known.includes(name) || connections.has(variable) || forClients.has(variable) || foreign.test(name)
    // As with the others, an empty one counts as not set.
    if (name !== '' && value !== '' && !isKnown)
      warn(`${escapeText(variable)}${where} has no effect${suggestion(name, known, found => prefix + found)}`)
  }
}

const doubts: Record<Standing, string | null> = {
  trusted: null,
  changed: 'the file has changed since you trusted it. To trust it again: larder trust',
  untrusted: 'you have not trusted this file. To trust it: larder trust',
}

/**
 * The data folder from flags and environment, never one that a `.env` names. Throws Failure
 * (usage).
 */
export function homeOf(find: Lookup, sources: Pick<ConfigurationSources, 'cwd' | 'platform' | 'defaultHome'>): string {
  return resolvePath(readOption(options.home, find) ?? sources.defaultHome, sources)
}

function resolvePath(path: string, { cwd, platform }: Pick<ConfigurationSources, 'cwd' | 'platform'>): string {
  return (platform === 'win32' ? win32 : posix).resolve(cwd, path)
}

/**
 * The value of one option; undefined if it is not set. Throws Failure (usage) on a bad value.
 */
export function readOption<O extends Option>(option: O, find: Lookup): OptionValue<O> | undefined {
  const given = find(option)
  return given === undefined ? undefined : parseGiven(given, option.parse) as OptionValue<O>
}

function faultOf(error: unknown): string {
  if (error instanceof Failure)
    return error.message
  throw error
}
