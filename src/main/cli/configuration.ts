import type { Configuration } from '../base/configuration'
import type { Given } from './arguments'
import type { Option, OptionValue } from './options'
import { posix, win32 } from 'node:path'
import { parseEnv } from 'node:util'
import { messageOf } from '../base/logger'
import { isLoopback } from './addresses'
import { parseGiven, readArguments } from './arguments'
import { Failure, localFailure, usageFailure } from './failure'
import { options } from './options'

export interface ConfigurationSources {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  platform: NodeJS.Platform
  /** Folder that is taken where `LARDER_HOME` says nothing. */
  defaultHome: string
  /** Whole content of a file. Throws as node:fs does. */
  readFile: (path: string) => Buffer
}

/** The options by their flag, as the command line reads them. */
export const optionFlags: ReadonlyMap<string, Option> = new Map(
  Object.values<Option>(options).flatMap(option => option.flag === null ? [] : [[option.flag, option]]),
)

/**
 * Everything that is decided before the start: flags, then environment, then `.env` in the working directory, then defaults.
 * An empty variable counts as not set. Throws Failure (usage) that lists every bad value by the name it was given under.
 */
export function readConfiguration(sources: ConfigurationSources & { argv: readonly string[] }): Configuration {
  const { words, flags } = readArguments(sources.argv, optionFlags)
  if (words[0] !== undefined)
    throw usageFailure(`unexpected argument ${words[0]}`)
  return resolveConfiguration(flags, sources)
}

/** As `readConfiguration`, with the flags already read. */
export function resolveConfiguration(flags: ReadonlyMap<string, Given>, sources: ConfigurationSources): Configuration {
  const { resolve } = sources.platform === 'win32' ? win32 : posix
  const absolute = (path: string): string => resolve(sources.cwd, path)
  const find = createLookup(flags, sources)
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
        faults.push(`${find(option)?.written}: must be a file that can be read; ${messageOf(error)}`)
      }
    }
    return path === undefined ? undefined : absolute(path)
  }

  const certificate = readPath(options.tlsCertificate, { mustBeReadable: true })
  const key = readPath(options.tlsKey, { mustBeReadable: true })
  const configuration: Configuration = {
    home: readPath(options.home, { mustBeReadable: false }) ?? sources.defaultHome,
    port: read(options.port) ?? Number(options.port.default),
    host: read(options.host) ?? null,
    allowedHosts: read(options.allowedHosts) ?? [],
    tls: certificate !== undefined && key !== undefined ? { certificate, key } : null,
    allowPlaintext: read(options.allowPlaintext) ?? false,
    apiKey: read(options.apiKey) ?? null,
    vault: read(options.vault) ?? 'auto',
    memory: read(options.memory) ?? null,
    inFlight: read(options.inFlight) ?? null,
    headless: read(options.headless) ?? false,
  }
  read(options.seed)

  const lonely = find(options.tlsCertificate) ?? find(options.tlsKey)
  if (lonely && !(find(options.tlsCertificate) && find(options.tlsKey)))
    faults.push(`${lonely.written}: TLS needs both files, LARDER_TLS_CERT and LARDER_TLS_KEY`)
  else if (configuration.host !== null && !isLoopback(configuration.host) && !configuration.tls && !configuration.allowPlaintext)
    faults.push(`${find(options.host)?.written}: other machines could connect, and API keys would travel readable; give LARDER_TLS_CERT and LARDER_TLS_KEY, or LARDER_ALLOW_PLAINTEXT=1 (--allow-plaintext)`)

  if (faults.length > 0)
    throw usageFailure(faults.join('\n'))
  return configuration
}

/** What is given for an option, from the first source that says something. */
export type Lookup = (option: Option) => Given | undefined

export function createLookup(flags: ReadonlyMap<string, Given>, { env, cwd, platform, readFile }: ConfigurationSources): Lookup {
  const path = (platform === 'win32' ? win32 : posix).join(cwd, '.env')
  const file = readEnvironmentFile(path, readFile)
  return ({ flag, variable, secret }) => {
    const flagged = flag === null ? undefined : flags.get(flag)
    if (flagged)
      return flagged
    for (const [values, where] of [[env, ''], [file, ` in ${path}`]] as const) {
      const text = Object.hasOwn(values, variable) ? values[variable] : undefined
      if (text !== undefined && text !== '')
        return { text, written: `${variable}${secret ? '' : `=${text}`}${where}` }
    }
    return undefined
  }
}

/** The value of one option; undefined when nothing says it. Throws Failure (usage) on a bad value. */
export function readOption<O extends Option>(option: O, find: Lookup): OptionValue<O> | undefined {
  const given = find(option)
  return given === undefined ? undefined : parseGiven(given, option.parse) as OptionValue<O>
}

function readEnvironmentFile(path: string, readFile: ConfigurationSources['readFile']): Readonly<Record<string, string | undefined>> {
  let content: string
  try {
    content = readFile(path).toString('utf8')
  }
  catch (error) {
    // No file, or a folder of that name: Python keeps its virtual environments in one.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return {}
    throw localFailure(`${path} cannot be read: ${messageOf(error)}`, error)
  }
  // Editors on Windows may put a byte order mark in front; it would become part of the first name.
  return parseEnv(content.replace(/^\uFEFF/, ''))
}

function faultOf(error: unknown): string {
  if (error instanceof Failure)
    return error.message
  throw error
}
