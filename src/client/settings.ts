import type { ClientVariable } from '@shared/client-variables'
import type { ClientOptions } from './types'
import { refuse } from './client-error'
import { environment, nodeModule } from './node-builtins'

/** The options as they hold. */
interface Settings extends Omit<Required<ClientOptions>, 'expiration'> {
  /** Seconds; null = without end, undefined = nobody said. */
  expiration: number | null | undefined
}

/** What is not given. `url` and `key` are empty then. */
const defaults: Settings = {
  url: '',
  key: '',
  cache: 'default',
  maxSize: 128,
  expiration: undefined,
  renewOnHit: true,
  timeout: 1,
  fallback: false,
}

/** What the value of an option has to be, by the type of its default. */
const rules = { string: 'text', number: 'a number above 0', boolean: 'true or false' }

/** Seconds that a timer can be set to. */
const longestTimeout = 2_147_483

/** The word of `typeof`, for a comparison with that of another value. */
const kindOf = (value: unknown): string => typeof value

/** Bytes. A larger one is no file of settings. */
const largestDotenv = 65_536

/** The variable of an option: `maxSize` is `LARDER_MAX_SIZE`. */
function variableOf(name: string): ClientVariable {
  return `LARDER_${name.replace('key', 'apiKey').replace(/[A-Z]/g, '_$&').toUpperCase()}` as ClientVariable
}

/**
 * What holds: an argument, else the environment, else the `.env` of the working directory. An empty
 * variable counts as not set. Throws LarderClientError `invalid-input`.
 */
export function readSettings(given: ClientOptions): Settings {
  const names = Object(given) === given ? Object.keys(given) : ['options']
  for (const name of names) {
    if (!Object.hasOwn(defaults, name))
      refuse(name, 'an option, in an object')
  }
  const dotenv = readDotenv()

  function read([name, initial]: [string, unknown]): [string, unknown] {
    const argument: unknown = given[name as 'url']
    const text = environment?.[variableOf(name)] || dotenv?.[variableOf(name)]
    if (argument === undefined && !text)
      return [name, initial]
    const type = kindOf(initial ?? 0)
    const said = type === 'string' ? text : { true: true, false: false }[text as 'true'] ?? Number(text)
    const value = argument === undefined ? said : argument
    const isEndless = value === null && name === 'expiration'
    const most = name === 'timeout' ? longestTimeout : Number.MAX_SAFE_INTEGER
    const isInRange = type !== 'number' || (value as number > 0 && value as number <= most)
    return isEndless || (kindOf(value) === type && isInRange)
      ? [name, value]
      : refuse(argument === undefined ? variableOf(name) : name, rules[type as 'string'])
  }

  const settings = Object.fromEntries(Object.entries(defaults).map(read)) as unknown as Settings
  const { url, key } = settings
  if ((url || given.key) && !(/^https?:/i.test(url) && URL.canParse(url)))
    refuse('url', 'an address like http://localhost:7777')
  const isFromFile = (name: 'url' | 'key'): boolean => !(given[name] ?? environment?.[variableOf(name)])
  if (url && isFromFile('url')
    && (!/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname) || (key && !isFromFile('key')))) {
    refuse('LARDER_URL in .env', 'of this machine, its key beside it')
  }
  return settings
}

/** The variables of a `.env`; undefined if there is none, or no Node that could read it. */
function readDotenv(): Readonly<Record<string, string | undefined>> | undefined {
  const fs = nodeModule('node:fs')
  const state = fs?.statSync('.env', { throwIfNoEntry: false })
  // A folder may have that name, and reading a pipe would never end.
  return fs && state?.isFile() && state.size < largestDotenv
    ? nodeModule('node:util')?.parseEnv?.(fs.readFileSync('.env', 'utf8'))
    : undefined
}
