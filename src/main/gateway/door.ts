import type { IncomingMessage } from 'node:http'
import type { HostGuard } from '../base/host-guard'
import type { RequestTarget } from '../base/target'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { fieldValues, tokensOf, wholeField } from '../base/http-caching/fields'
import { checkTransferCoding } from '../base/transfer-coding'

/** Throws LarderError for who may not come in. */
export type Door = (request: IncomingMessage, target: RequestTarget) => void

interface DoorParts {
  hosts: () => HostGuard
  /** Origins of pages that may come in. */
  origins: ReadonlySet<string>
  /** What this gateway calls itself in Via. */
  pseudonym: string
}

/** A page of its own origin, a person who typed the address, or no browser (Fetch Metadata). */
const ownSites: ReadonlySet<string> = new Set(['none', 'same-origin'])

/**
 * Who may come in. No key is asked, so that a page of somebody else must not be let in. Throws
 * LarderError `bad-host`, `misdirected`, `not-implemented`, `cross-origin`, `bad-request`,
 * `uri-too-long`, `method-not-allowed`.
 */
export function createDoor({ hosts, origins, pseudonym }: DoorParts): Door {
  function isForeign(request: IncomingMessage): boolean {
    const [site] = fieldValues(request.rawHeaders, 'sec-fetch-site')
    const [origin] = fieldValues(request.rawHeaders, 'origin')
    if (origin !== undefined && origins.has(origin))
      return false
    // Browsers send Sec-Fetch-Site only to places that they trust; Origin, where it matters most.
    return site === undefined ? origin !== undefined && !hosts().isOwnOrigin(origin) : !ownSites.has(site)
  }

  return (request, { path, authority }) => {
    const { method = '', url = '', rawHeaders } = request
    const given = fieldValues(rawHeaders, 'host')
    // What a whole URL names counts in place of Host (RFC 9112 §3.2.2).
    hosts().check((given.length === 1 ? authority : null) ?? given[0] ?? '', given.length)
    const coding = wholeField(rawHeaders, 'transfer-encoding')
    if (coding !== undefined)
      checkTransferCoding(coding)
    if (isForeign(request)) {
      throw new LarderError(
        'cross-origin',
        'This gateway does not let pages of other origins in. The setting origins of its cache lets some in.',
      )
    }
    if (!path.startsWith('/') || path.startsWith('//'))
      throw new LarderError('bad-request', 'The request target must be a path that begins with one /.')
    if (url.length > limits.url)
      throw new LarderError('uri-too-long', `The request target must be at most ${limits.url} bytes.`)
    // Its answer would tell the secret header fields.
    if (method === 'TRACE' || method === 'CONNECT')
      throw new LarderError('method-not-allowed', `A gateway does not pass on ${method}.`)
    if (tokensOf(rawHeaders, 'via').some(hop => hop.split(/\s+/)[1] === pseudonym))
      throw new LarderError('bad-request', 'This request has been here before: the connection leads back.')
  }
}
