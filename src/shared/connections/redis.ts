import type { DriverRow, FieldValues } from './driver'
import { z } from 'zod'
import { invalidField } from '../errors'
import { ConnectionAuthority, ConnectionPassword, ConnectionUser } from './credentials'

const urlSentence = 'Redis needs a URL such as redis://localhost:6379.'
const schemes = ['redis', 'rediss', 'unix'] as const

/** What a URL of Redis says. */
interface RedisAddress {
  scheme: (typeof schemes)[number]
  /** Lower case, an IPv6 address without brackets; empty for a socket. */
  host: string
  port: number
  /** Of a Unix socket; else empty. */
  path: string
  database: number
  /** Undefined where the URL has none. */
  user: string | undefined
  password: string | undefined
}

/** Undefined if it is no such URL. */
function parseRedisUrl(text: string): RedisAddress | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = schemes.find(known => url?.protocol === `${known}:`)
  const credentials = url && [decode(url.username), decode(url.password)]
  if (!url || !scheme || !credentials || url.hash !== '' || url.search !== '')
    return undefined
  const [user, password] = credentials.map(part => part === '' ? undefined : part)
  if (user === null || password === null)
    return undefined
  if (scheme === 'unix') {
    const path = decode(url.pathname)
    return url.host === '' && path !== null && /^\/[^\0]+$/.test(path)
      ? { scheme, host: '', port: 0, path, database: 0, user, password }
      : undefined
  }
  const host = /^\[([\da-f:.]+)\]$|^([\w.-]{1,253})$/i.exec(url.hostname)
  const database = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1]
  if (!host || database === undefined)
    return undefined
  const port = url.port === '' ? 6379 : Number(url.port)
  const name = (host[1] ?? host[2] ?? '').toLowerCase()
  return port === 0 ? undefined : { scheme, host: name, port, path: '', database: Number(database), user, password }
}

/** Null if a part is badly encoded. */
function decode(part: string): string | null {
  try {
    return decodeURIComponent(part)
  }
  catch {
    return null
  }
}

/** The address of a connection whose fields have been checked. */
export function redisAddressOf({ url }: FieldValues): RedisAddress {
  const address = parseRedisUrl(String(url))
  if (!address)
    throw new TypeError('The URL of a Redis connection was not checked')
  return address
}

/** The URL without user and password, which have fields of their own. */
function bareUrl({ scheme, host, port, path, database }: RedisAddress): string {
  if (scheme === 'unix')
    return `unix://${path.split('/').map(encodeURIComponent).join('/')}`
  const at = host.includes(':') ? `[${host}]` : host
  return `${scheme}://${at}:${port}${database === 0 ? '' : `/${database}`}`
}

export const redisDriver = {
  label: 'Redis',
  hint: 'Redis, Valkey, or a server that speaks their protocol',
  fields: {
    url: {
      kind: 'url',
      required: true,
      schema: z.string(urlSentence).max(2048, urlSentence).refine(url => parseRedisUrl(url) !== undefined, urlSentence),
      label: 'URL',
      hint: 'redis://, rediss:// with TLS, or unix:// and the path of a socket; a number behind the host chooses the database',
      example: 'redis://localhost:6379',
    },
    user: {
      kind: 'text',
      schema: ConnectionUser,
      label: 'User',
      hint: 'User of the server\'s access list; without one Redis takes its default user',
      example: 'larder',
    },
    password: {
      kind: 'secret',
      schema: ConnectionPassword,
      label: 'Password',
      hint: 'Sent only to the scheme, host and port that it was saved with',
    },
    ca: {
      kind: 'certificate',
      schema: ConnectionAuthority,
      label: 'CA',
      hint: 'Certificate in PEM form that signed the server\'s, where the system does not know it; for rediss://',
    },
  },
  place(values) {
    const { scheme, host, port, path } = redisAddressOf(values)
    return bareUrl({ scheme, host, port, path, database: 0, user: undefined, password: undefined })
  },
  separate(given) {
    const address = typeof given.url === 'string' ? parseRedisUrl(given.url) : undefined
    if (!address)
      return { ...given }
    const { user, password } = address
    if (password !== undefined && typeof given.password === 'string')
      throw invalidField('password', 'Give the password once: in the URL or by itself.')
    if (user !== undefined && typeof given.user === 'string' && given.user !== user)
      throw invalidField('user', 'The URL names another user.')
    return {
      ...given,
      url: bareUrl(address),
      ...user !== undefined && { user },
      ...password !== undefined && { password },
    }
  },
  check(values) {
    return values.ca === undefined || redisAddressOf(values).scheme === 'rediss'
      ? null
      : { field: 'ca', message: 'A CA needs a URL with rediss://.' }
  },
  backend: { formats: ['envelope', 'raw'], tells: true },
  schemes,
  fromUrl: url => ({ url }),
} as const satisfies DriverRow
