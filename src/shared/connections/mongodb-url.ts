/** A host of a URL. */
interface MongodbHost {
  /** Lower case, an IPv6 address without brackets. */
  host: string
  /** Undefined where the records of the name say it. */
  port: number | undefined
}

/** What a URL of MongoDB says; undefined = nothing. */
export interface MongodbUrl {
  scheme: 'mongodb' | 'mongodb+srv'
  hosts: readonly MongodbHost[]
  tls: boolean
  /** Uses the first server that answers, whatever it is in its replica set. */
  isDirect: boolean
  replicaSet: string | undefined
  authSource: string | undefined
  /** How many servers must have a write before it is acknowledged. */
  w: string | undefined
  user: string | undefined
  password: string | undefined
  database: string | undefined
  collection: string | undefined
  keyField: string | undefined
  /** Whether all of its options are known. */
  isKnown: boolean
}

const usualPort = 27_017
const hostsMax = 16
const form = /^(mongodb(?:\+srv)?):\/\/(?:([^:@/?#]*)(?::([^:@/?#]*))?@)?([^@/?#]+)(?:\/([^/?#]*)(?:\/([^/?#]*))?)?(?:\?([^#]*))?$/i

/** Options by their names in lower case: those that count, and those without a meaning here. */
const options = new Set(['tls', 'ssl', 'replicaset', 'authsource', 'directconnection', 'w', 'keyfield'])
const idleOptions = new Set(['retrywrites', 'retryreads', 'appname'])

/**
 * Undefined if it is no such URL. Besides what all clients understand, the path may name a
 * collection behind the database, and the option `keyField` the field of the keys.
 */
export function parseMongodbUrl(text: string): MongodbUrl | undefined {
  const [whole, scheme = '', user, password, hosts = '', database, collection, query = ''] = form.exec(text) ?? []
  const parts = [user, password, database, collection].map(decode)
  const isSrv = scheme.toLowerCase() === 'mongodb+srv'
  const found = hosts.split(',').map(host => parseHost(host, isSrv))
  const known = found.filter(host => host !== undefined)
  const isTooMany = found.length > (isSrv ? 1 : hostsMax)
  if (whole === undefined || parts.includes(null) || known.length < found.length || isTooMany)
    return undefined
  const given = new Map([...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value]))
  const flags = [given.get('tls') ?? given.get('ssl') ?? String(isSrv), given.get('directconnection') ?? 'false']
  if (flags.some(flag => flag !== 'true' && flag !== 'false'))
    return undefined
  const [userName, secret, path, more] = parts.map(part => part === null || part === '' ? undefined : part)
  return {
    scheme: isSrv ? 'mongodb+srv' : 'mongodb',
    hosts: known,
    tls: flags[0] === 'true',
    isDirect: flags[1] === 'true',
    replicaSet: given.get('replicaset'),
    authSource: given.get('authsource'),
    w: given.get('w'),
    user: userName,
    password: secret,
    database: path,
    collection: more,
    keyField: given.get('keyfield'),
    isKnown: [...given].every(([name, value]) => options.has(name) || idleOptions.has(name)
      || (name === 'authmechanism' && value === 'SCRAM-SHA-256')),
  }
}

function parseHost(text: string, isSrv: boolean): MongodbHost | undefined {
  const [, six, name, digits] = /^(?:\[([\da-f:.]+)\]|([\w.-]{1,253}))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = (six ?? name)?.toLowerCase()
  if (host === undefined || (isSrv && (six !== undefined || digits !== undefined)))
    return undefined
  const port = isSrv ? undefined : Number(digits ?? usualPort)
  return port === 0 || (port ?? 1) > 65_535 ? undefined : { host, port }
}

/** Null if a part is badly encoded. */
function decode(part: string | undefined): string | null | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part)
  }
  catch {
    return null
  }
}

export function hostText({ host, port }: MongodbHost): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === undefined ? name : `${name}:${port}`
}

/** The URL without user, password and what else has a field of its own. */
export function bareMongodbUrl(url: MongodbUrl): string {
  const { scheme, hosts, tls, isDirect, replicaSet, authSource, w, isKnown } = url
  const given: Record<string, string | undefined> = {
    tls: tls === (scheme === 'mongodb+srv') ? undefined : String(tls),
    replicaSet,
    authSource,
    directConnection: isDirect ? 'true' : undefined,
    w,
    // An option that is not known stays one, for the check to refuse.
    unknown: isKnown ? undefined : '',
  }
  const query = Object.entries(given).flatMap(([name, value]) => value === undefined
    ? []
    : [`${name}=${encodeURIComponent(value)}`])
  return `${scheme}://${hosts.map(hostText).join()}${query.length === 0 ? '' : `/?${query.join('&')}`}`
}
