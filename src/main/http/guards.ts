import type { HostGuard } from '../base/host-guard'
import type { Authenticator, Principal } from '../base/principal'
import type { RequestTarget } from '../base/target'
import type { RequestHead } from './request-head'
import type { Route } from './route-table'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { anonymousKey } from '../base/principal'
import { checkTransferCoding } from '../base/transfer-coding'

/**
 * What the guards know about a request. Filled in step by step, so that a refusal can be answered
 * in the route's own form.
 */
export interface Admission {
  /** As node gives it. */
  request: { method?: string | undefined }
  head: RequestHead
  target: RequestTarget
  route: Route
  /** Whether the route needs no credential. */
  open: boolean
  principal: Principal | null
  /** The origin that may read the answer (CORS); null if none may. */
  corsOrigin: string | null
}

/** Checks size and Host, which can be refused before anything else. Throws LarderError. */
export function checkMessage(head: RequestHead, target: RequestTarget, url: string, hosts: HostGuard): void {
  // Must come first: with more fields than this, node drops the rest, maybe a second Host.
  if (head.fields > limits.headerFields)
    throw new LarderError('headers-too-large', `A request must have at most ${limits.headerFields} header fields.`)
  if (target.authority === null)
    hosts.check(head.host, head.hostCount)
  // RFC 9112 §3.2.2: the authority of an absolute-form target replaces Host, which must still be
  // there once.
  else if (head.hostCount !== 1)
    hosts.check(head.host, head.hostCount)
  else
    hosts.check(target.authority, 1)
  if (url.length > limits.url) {
    throw new LarderError(
      'uri-too-long',
      `The request target must be at most ${grouped(limits.url)} bytes; this one has ${grouped(url.length)}.`,
    )
  }
  if (head.transferEncoding !== null)
    checkTransferCoding(head.transferEncoding)
  if (head.bytes > limits.headers) {
    throw new LarderError(
      'headers-too-large',
      `The header fields must be at most ${grouped(limits.headers)} bytes in total; these have ${grouped(head.bytes)}.`,
    )
  }
}

/**
 * Credential and origin, in this order of answers: a cross-origin mutation is refused whatever key
 * it carries – a page must not learn from the status whether a key is there – unless that key
 * allows the origin; then a missing or wrong key is. A page that some key allows is told of its
 * wrong key first: it is a front end under test.
 */
export function checkCaller(admission: Admission, authenticator: Authenticator, hosts: HostGuard): void {
  const { head, route } = admission
  const principal = head.secret === null
    ? authenticator.anonymous()
    : authenticator.authenticate(head.secret, !head.unattended)
  admission.principal = principal ?? null
  const allowed = head.origin !== null && principal !== undefined && principal.origins.has(head.origin)
  admission.corsOrigin = allowed ? head.origin : null
  if (mutates(route) && isForeign(head, hosts) && !allowed) {
    if (!principal && !admission.open && head.origin !== null && authenticator.allowsOrigin(head.origin))
      throw unknownCaller(head)
    throw new LarderError(
      'cross-origin',
      'A page of another origin may not change anything here, unless the API key lists that origin.',
    )
  }
  if (principal && mutates(route) && couldBeEmbedded(admission))
    throw new LarderError('cross-origin', embedded)
  if (admission.open)
    return
  if (!principal)
    throw unknownCaller(head)
}

function unknownCaller({ secret }: RequestHead): LarderError {
  return secret === null
    ? new LarderError('key-missing', 'Send an API key in the Api-Key header, or as Authorization: Bearer …')
    : new LarderError('key-invalid', 'This API key is not valid: mistyped, revoked or expired.')
}

function mutates(route: Route): boolean {
  return (route.kind === 'data' || route.kind === 'control') && route.spec.mutates
}

/**
 * Whether any page could have made a browser send this, for example as an image: a GET without
 * headers of its own (Fetch §4.3, no-cors), from a browser that does not say where it comes from.
 * Safari sends no `Sec-Fetch-Site` over plain HTTP, and no browser sends an `Origin` with such a
 * GET. Other methods come with an `Origin`, or after a preflight.
 */
function couldBeEmbedded({ request, head }: Admission): boolean {
  return request.method === 'GET' && head.secret === null && head.fetchSite === null && head.origin === null
}

const embedded = 'An image in any page could send this GET. '
  + `Without an API key, send Api-Key: ${anonymousKey} with it, or use DELETE.`

/**
 * Uses Fetch Metadata if the browser sends it (W3C Fetch Metadata §2.3), otherwise Origin.
 * `same-site` is foreign, because it may be another port of localhost.
 */
function isForeign(head: RequestHead, hosts: HostGuard): boolean {
  if (head.fetchSite !== null)
    return head.fetchSite !== 'same-origin' && head.fetchSite !== 'none'
  return head.origin !== null && !hosts.isOwnOrigin(head.origin)
}
