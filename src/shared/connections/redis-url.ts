const schemes = ['redis', 'rediss', 'unix'] as const
const usualPort = 6379

/** Where a server of Redis, or a sentinel, listens. */
export interface RedisHost {
  /** Lower case, an IPv6 address without brackets. */
  host: string
  port: number
}

/** What a URL of Redis says. */
export interface RedisAddress extends RedisHost {
  scheme: (typeof schemes)[number]
  /** Of a Unix socket, which has neither host nor port; else empty. */
  path: string
  database: number
  /** Undefined where the URL has none. */
  user: string | undefined
  password: string | undefined
}

/** Undefined if it is no such URL. */
export function parseRedisUrl(text: string, otherPort = usualPort): RedisAddress | undefined {
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
  const place = parseRedisHost(url.host, otherPort)
  const database = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1]
  return place && database !== undefined
    ? { ...place, scheme, path: '', database: Number(database), user, password }
    : undefined
}

/** Undefined if it is no host with an optional port. */
export function parseRedisHost(text: string, otherPort = usualPort): RedisHost | undefined {
  const [, six, name, digits] = /^(?:\[([\da-f:.]+)\]|([\w.-]{1,253}))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = (six ?? name)?.toLowerCase()
  const port = Number(digits ?? otherPort)
  return host === undefined || port === 0 || port > 65_535 ? undefined : { host, port }
}

export function redisHostText({ host, port }: RedisHost): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The URL without user and password, which have fields of their own. */
export function bareRedisUrl(address: RedisAddress): string {
  const { scheme, path, database } = address
  if (scheme === 'unix')
    return `unix://${path.split('/').map(encodeURIComponent).join('/')}`
  return `${scheme}://${redisHostText(address)}${database === 0 ? '' : `/${database}`}`
}

/**
 * The fields of a URL with all hosts of a cluster, or with sentinels, the name of their master and
 * a database: `redis+cluster://a,b` and `redis+sentinel://a,b/mymaster/2`. Undefined if it is none.
 */
export function fieldsOfRedisGroup(text: string): Record<string, unknown> | undefined {
  const form = /^(rediss?)\+(?:(cluster)|sentinel):\/\/([^@/]*@)?([^@/,]+)((?:,[^@/,]+)*)(?:\/([^/]*)(?:\/(\d*))?)?$/i
  const [, scheme, cluster, credentials = '', first, rest = '', path = '', database = ''] = form.exec(text) ?? []
  const name = decode(path)
  if (scheme === undefined || name === null || (cluster !== undefined && database !== ''))
    return undefined
  const nodes = rest.split(',').slice(1)
  const end = cluster === undefined ? database : path
  return {
    url: `${scheme.toLowerCase()}://${credentials}${first}${end === '' ? '' : `/${end}`}`,
    mode: cluster === undefined ? 'sentinel' : 'cluster',
    ...nodes.length > 0 && { nodes },
    ...cluster === undefined && name !== '' && { masterName: name },
  }
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
