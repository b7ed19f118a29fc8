/**
 * The header fields that the guards and the data plane use. They are read in one pass, because
 * every pass costs time on the hot path.
 */
export interface RequestHead {
  /** Number of Host fields; anything but one is an error (RFC 9112 §3.2). */
  hostCount: number
  host: string
  /**
   * Credential from Api-Key or Authorization: Bearer. Null if neither was sent, '' if it was empty
   * or of another scheme.
   */
  secret: string | null
  origin: string | null
  /** The types that the client wants (RFC 9110 §12.5.1). */
  accept: string | null
  fetchSite: string | null
  contentLength: string | null
  contentType: string | null
  contentEncoding: string | null
  contentRange: string | null
  transferEncoding: string | null
  cacheControl: string | null
  ifMatch: string | null
  ifNoneMatch: string | null
  larderTtl: string | null
  larderGivenTtl: string | null
  larderGivenGrace: string | null
  larderGrace: string | null
  larderTags: string | null
  larderLease: string | null
  /** Name of the first field in Larder's own name that Larder does not know. */
  unknownLarder: string | null
  preflightMethod: string | null
  preflightHeaders: string | null
  /** The console sent this on its own, with nobody at it (`Larder-Unattended`). */
  unattended: boolean
  /** A person tries out what an app would send (`Larder-As: app`). */
  asApp: boolean
  fields: number
  /** Bytes of all names and values, plus four each for `: ` and the line end. */
  bytes: number
}

/**
 * Reads node's `rawHeaders` (name, value, name, value …). Repeated fields are joined with a comma
 * (RFC 9110 §5.3).
 */
export function readHead(raw: readonly string[]): RequestHead {
  const head: RequestHead = {
    hostCount: 0,
    host: '',
    secret: null,
    origin: null,
    accept: null,
    fetchSite: null,
    contentLength: null,
    contentType: null,
    contentEncoding: null,
    contentRange: null,
    transferEncoding: null,
    cacheControl: null,
    ifMatch: null,
    ifNoneMatch: null,
    larderTtl: null,
    larderGivenTtl: null,
    larderGivenGrace: null,
    larderGrace: null,
    larderTags: null,
    larderLease: null,
    unknownLarder: null,
    preflightMethod: null,
    preflightHeaders: null,
    unattended: false,
    asApp: false,
    fields: raw.length / 2,
    bytes: 0,
  }
  let apiKey: string | null = null
  let authorization: string | null = null
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    head.bytes += name.length + value.length + 4
    if (isLarders(name)) {
      readLarders(head, name, value)
      continue
    }
    // The length rules out most fields before the name has to be copied in lower case.
    switch (name.length) {
      case 4:
        if (is(name, 'host')) {
          head.hostCount++
          head.host = value
        }
        break
      case 6:
        if (is(name, 'origin'))
          head.origin = join(head.origin, value)
        else if (is(name, 'accept'))
          head.accept = join(head.accept, value)
        break
      case 7:
        if (is(name, 'api-key'))
          apiKey = join(apiKey, value)
        break
      case 8:
        if (is(name, 'if-match'))
          head.ifMatch = join(head.ifMatch, value)
        break
      case 12:
        if (is(name, 'content-type'))
          head.contentType = join(head.contentType, value)
        break
      case 13:
        if (is(name, 'authorization'))
          authorization = join(authorization, value)
        else if (is(name, 'if-none-match'))
          head.ifNoneMatch = join(head.ifNoneMatch, value)
        else if (is(name, 'cache-control'))
          head.cacheControl = join(head.cacheControl, value)
        else if (is(name, 'content-range'))
          head.contentRange = join(head.contentRange, value)
        break
      case 14:
        if (is(name, 'content-length'))
          head.contentLength = join(head.contentLength, value)
        else if (is(name, 'sec-fetch-site'))
          head.fetchSite = join(head.fetchSite, value)
        break
      case 16:
        if (is(name, 'content-encoding'))
          head.contentEncoding = join(head.contentEncoding, value)
        break
      case 17:
        if (is(name, 'transfer-encoding'))
          head.transferEncoding = join(head.transferEncoding, value)
        break
      case 29:
        if (is(name, 'access-control-request-method'))
          head.preflightMethod = join(head.preflightMethod, value)
        break
      case 30:
        if (is(name, 'access-control-request-headers'))
          head.preflightHeaders = join(head.preflightHeaders, value)
        break
    }
  }
  head.secret = apiKey ?? bearerOf(authorization)
  return head
}

/** `l`, which few other names begin with, and the dash: enough to keep the usual request fast. */
function isLarders(name: string): boolean {
  return (name.charCodeAt(0) | 0x20) === 0x6C && name.charCodeAt(6) === 0x2D && name.toLowerCase().startsWith('larder-')
}

function readLarders(head: RequestHead, name: string, value: string): void {
  switch (name.toLowerCase()) {
    case 'larder-as':
      head.asApp ||= value === 'app'
      break
    case 'larder-ttl':
      head.larderTtl = join(head.larderTtl, value)
      break
    case 'larder-given-ttl':
      head.larderGivenTtl = join(head.larderGivenTtl, value)
      break
    case 'larder-given-grace':
      head.larderGivenGrace = join(head.larderGivenGrace, value)
      break
    case 'larder-lease':
      head.larderLease = join(head.larderLease, value)
      break
    case 'larder-tags':
      head.larderTags = join(head.larderTags, value)
      break
    case 'larder-grace':
      head.larderGrace = join(head.larderGrace, value)
      break
    case 'larder-unattended':
      head.unattended = true
      break
    default:
      head.unknownLarder ??= name
  }
}

function is(name: string, wanted: string): boolean {
  return name === wanted || name.toLowerCase() === wanted
}

function join(before: string | null, value: string): string {
  return before === null ? value : `${before}, ${value}`
}

/** RFC 6750 §2.1; the scheme's name is case-insensitive (RFC 9110 §11.1). */
function bearerOf(authorization: string | null): string | null {
  if (authorization === null)
    return null
  return authorization.slice(0, 7).toLowerCase() === 'bearer ' ? authorization.slice(7).trim() : ''
}
