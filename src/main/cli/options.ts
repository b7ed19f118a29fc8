import type { EnvironmentConnection } from '../base/configuration'
import type { Given } from './arguments'
import type { Parser } from './values'
import { readConnectionUrl } from '@shared/connections/read'
import { defaultPort, defaultRedisPort } from '@shared/limits'
import { redisOffNames } from '@shared/redis/off-modes'
import { SettingsUpdate } from '@shared/schemas'
import { bindAddress, hostList } from './addresses'
import { boolean, oneOf, port, portOrOff, size, text } from './values'

/**
 * One variable of the environment, with the flag for the same option. Parsing, `--help` and
 * `.env.example` are made from it.
 */
export interface Option<T = unknown> {
  variable: string
  /** Without dashes; null if a flag would show a secret to every user of the machine. */
  flag: string | null
  /** The value in the help; null for a switch, which needs no value. */
  placeholder: string | null
  /** The default as a person would write it; null if there is none. */
  default: string | null
  meaning: string
  /** The value is never shown, not even if it is wrong. */
  secret?: boolean
  /**
   * An untrusted `.env` may set it, because it does not decide where data is kept, who may connect
   * or which credential counts. A cloned folder must not decide these for the person who works in
   * it.
   */
  harmless?: true
  parse: Parser<T>
}

function option<T>(spec: Option<T>): Option<T> {
  return spec
}

const apiKeyLength = { least: 16, most: 1024 }
const leastInFlight = 1_000_000

export const options = {
  home: option({
    variable: 'LARDER_HOME',
    flag: 'home',
    placeholder: '<folder>',
    default: null,
    meaning: 'Folder for databases and logs; by default the user-data folder.',
    parse(value) {
      if (/^~(?:[/\\]|$)/.test(value))
        throw new Error('must be a path; only shells expand ~, so write the whole path')
      return text(value)
    },
  }),
  port: option({
    variable: 'LARDER_PORT',
    flag: 'port',
    placeholder: '<number>',
    default: String(defaultPort),
    meaning: 'Port; 0 picks a free one.',
    parse(value) {
      if (value.startsWith('tcp://')) {
        throw new Error(
          'must be a port from 0 to 65535; Kubernetes sets this variable for a service called larder unless enableServiceLinks is false',
        )
      }
      return port(value)
    },
    harmless: true,
  }),
  redisPort: option({
    variable: 'LARDER_REDIS_PORT',
    flag: 'redis-port',
    placeholder: '<number>',
    default: null,
    meaning: `Port of the Redis protocol, or off; by default ${defaultRedisPort} beside the default port, otherwise off.`,
    parse: portOrOff,
    harmless: true,
  }),
  redisSocket: option({
    variable: 'LARDER_REDIS_SOCKET',
    flag: 'redis-socket',
    placeholder: '<file>',
    default: null,
    meaning: 'Unix socket on which the Redis protocol is spoken as well, for the person alone (mode 0600).',
    parse: text,
  }),
  redisOff: option({
    variable: 'LARDER_REDIS_OFF',
    flag: 'redis-off',
    placeholder: '<mode>',
    default: null,
    meaning: `What Redis clients see while caching is off: ${redisOffNames.join(', ')}; by default as saved, at first error.`,
    parse: oneOf(...redisOffNames),
    harmless: true,
  }),
  host: option({
    variable: 'LARDER_HOST',
    flag: 'host',
    placeholder: '<address>',
    default: null,
    meaning: 'Address to bind; by default 127.0.0.1 and ::1. Others need TLS or LARDER_ALLOW_PLAINTEXT=1.',
    parse: bindAddress,
  }),
  allowedHosts: option({
    variable: 'LARDER_ALLOWED_HOSTS',
    flag: 'allowed-hosts',
    placeholder: '<names>',
    default: null,
    meaning: 'Additional names (host or host:port) that Host may have, comma separated; for containers and port mappings.',
    parse: hostList,
  }),
  tlsCertificate: option({
    variable: 'LARDER_TLS_CERT',
    flag: 'tls-cert',
    placeholder: '<file>',
    default: null,
    meaning: 'Certificate chain (PEM file); needs LARDER_TLS_KEY too.',
    parse: text,
  }),
  tlsKey: option({
    variable: 'LARDER_TLS_KEY',
    flag: 'tls-key',
    placeholder: '<file>',
    default: null,
    meaning: 'Private key of the certificate (PEM file).',
    parse: text,
  }),
  allowPlaintext: option({
    variable: 'LARDER_ALLOW_PLAINTEXT',
    flag: 'allow-plaintext',
    placeholder: null,
    default: null,
    meaning: '1 lets other machines connect without TLS: keys and values travel unencrypted.',
    parse: boolean,
  }),
  apiKey: option({
    variable: 'LARDER_API_KEY',
    flag: null,
    placeholder: '<key>',
    default: null,
    meaning: 'An API key of the owner with all scopes for this run, at least 16 characters; for CI and containers.',
    secret: true,
    parse(value) {
      // The key is sent in a header, so it may only have characters that a header can carry.
      if (!/^[\x21-\x7E]+$/.test(value) || value.length < apiKeyLength.least || value.length > apiKeyLength.most) {
        throw new Error(
          `must be ${apiKeyLength.least} to ${apiKeyLength.most} characters of visible ASCII, without spaces`,
        )
      }
      return value
    },
  }),
  vault: option({
    variable: 'LARDER_VAULT',
    flag: 'vault',
    placeholder: '<where>',
    default: 'auto',
    meaning: 'Where API keys are kept so that they can be read again: keychain, file, env, or auto (the keychain if there is one, otherwise a file).',
    parse: oneOf('auto', 'keychain', 'file', 'env'),
  }),
  memory: option({
    variable: 'LARDER_MEMORY',
    flag: 'memory',
    placeholder: '<size>',
    default: '256MB',
    meaning: 'Budget for all entries and their overhead: 256MB, 1GB, 64MiB or plain bytes.',
    parse(value) {
      const bytes = size(value)
      const checked = SettingsUpdate.shape.memory.safeParse(bytes)
      if (!checked.success)
        throw new Error(checked.error.issues[0]?.message)
      return bytes
    },
    harmless: true,
  }),
  inFlight: option({
    variable: 'LARDER_IN_FLIGHT',
    flag: 'in-flight',
    placeholder: '<size>',
    default: null,
    meaning: 'Budget for the bytes that requests hold; by default a quarter of the memory budget, at least 64MB.',
    parse(value) {
      const bytes = size(value)
      if (bytes < leastInFlight)
        throw new Error('must be at least 1MB')
      return bytes
    },
    harmless: true,
  }),
  headless: option({
    variable: 'LARDER_HEADLESS',
    flag: 'headless',
    placeholder: null,
    default: null,
    meaning: '1 opens no window, even if Electron is installed.',
    parse: boolean,
    harmless: true,
  }),
  seed: option({
    variable: 'LARDER_SEED',
    flag: 'seed',
    placeholder: '<file>',
    default: null,
    meaning: 'A snapshot to load at each start, before the server is ready; entries with other keys stay.',
    parse: text,
  }),
} as const satisfies Record<string, Option>

/** What the documents say of the variables that give connections: one of any number. */
export const connectionVariable = {
  variable: 'LARDER_CONNECTION_MAIN',
  default: null,
  meaning: 'A connection called main for this run, never stored: redis://user:password@host:6379 or file:/folder. Any other name as well.',
}

const connectionPattern = /^LARDER_CONNECTION_([A-Z\d_]{1,64})$/

/** An option for each connection that these variables give. */
export function connectionOptions(
  values: Readonly<Record<string, string | undefined>>,
): Option<EnvironmentConnection>[] {
  return Object.keys(values).flatMap((variable) => {
    const name = connectionPattern.exec(variable)?.[1]?.toLowerCase()
    return name === undefined
      ? []
      : [option({
          ...connectionVariable,
          variable,
          flag: null,
          placeholder: '<url>',
          secret: true,
          parse: text => ({ name, variable, ...readConnectionUrl(text) }),
        })]
  })
}

export type OptionValue<O> = O extends Option<infer T> ? T : never

/** What a `.env` may set, as a sentence for the help and `.env.example`. */
export const dotenvRule = (() => {
  const names = Object.values<Option>(options).flatMap(({ variable, harmless }) => harmless ? [variable] : [])
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return `A .env may set ${list}; everything else in it takes effect only after larder trust, until the file changes.`
})()

/**
 * The value that variables give for an option; an empty one counts as not set. `where` is added to
 * its name in messages.
 */
export function givenIn(
  values: Readonly<Record<string, string | undefined>>,
  { variable, secret }: Option,
  where = '',
): Given | undefined {
  const text = Object.hasOwn(values, variable) ? values[variable] : undefined
  if (text === undefined || text === '')
    return undefined
  return { text, written: `${variable}${secret ? '' : `=${text}`}${where}` }
}
