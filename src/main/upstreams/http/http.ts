import type { RealClock } from '../../base/clock'
import type { Attempt, Driver } from '../driver'
import type { HttpClient } from './client'
import { randomBytes } from 'node:crypto'
import { headerLinesOf, httpUrlOf } from '@shared/connections/http'
import { SourceError } from '../../serving/sources/source'
import { isLinkLocal, linkLocalSentence } from '../addresses'
import { openHttpClient } from './client'
import { createForwarding } from './forwarding'
import { absent, createHttpSource, refusal, urlOf } from './source'

const signInNeeded: ReadonlySet<number> = new Set([401, 403, 407])
const keyRefused: ReadonlySet<number> = new Set([400, 422])

/** An API as an upstream that is only read, and the server that a gateway stands in front of. */
export function createHttpDriver({ wall }: Pick<RealClock, 'wall'>): Driver {
  return {
    async open({ values, secrets }, attempt) {
      const url = new URL(httpUrlOf(values, 'larder').origin)
      const [headers, secretHeaders] = [headerLinesOf(values.headers), headerLinesOf(secrets.secretHeaders)]
      const ca = values.ca === undefined ? undefined : String(values.ca)
      const client = await openHttpClient(url, [...headers, ...secretHeaders], ca, wall, attempt)
      const forwarding = createForwarding({ url, place: client.place, headers, secretHeaders })
      return {
        server: url.host,
        // Each call may open a socket, so there is no one way that could end.
        ended: new Promise(() => {}),
        close() {
          client.close()
          forwarding.close()
        },
        probe: (write, probing) => probe(client, values, write, probing),
        source: options => createHttpSource(client, values, options),
        backend() {
          throw new SourceError('refused', 'HTTP keeps no entries of caches.')
        },
        origin: () => forwarding,
      }
    },
    refuse({ values }) {
      const host = httpUrlOf(values, 'larder').hostname.replace(/^\[(.*)\]$/, '$1')
      return isLinkLocal(host) ? { field: 'url', message: linkLocalSentence(host, host) } : null
    },
  }
}

/** Whatever is there under a key that nobody has: 404 as well as 200 says that somebody answers. */
async function probe(
  client: HttpClient,
  values: Parameters<typeof urlOf>[0],
  write: boolean,
  { signal, step }: Attempt,
): Promise<void> {
  const key = `larder-test-${randomBytes(8).toString('hex')}`
  const answer = await client.get(urlOf(values, key), signal).catch((error: unknown) => {
    // Without an answer nobody knows whether the credentials are right.
    step('read')
    throw error
  })
  step('authenticate')
  if (signInNeeded.has(answer.status))
    throw refusal(answer)
  step('read')
  if (keyRefused.has(answer.status))
    throw ofMadeUp(key, refusal(answer))
  if (answer.status !== 200 && !absent.has(answer.status))
    throw refusal(answer)
  if (!write)
    return
  step('write')
  throw new SourceError('refused', 'Caches can only read by HTTP.')
}

/** An API may have rules for its keys that no made-up one keeps. */
function ofMadeUp(key: string, { failure, message }: SourceError): SourceError {
  return new SourceError(failure, `${message} The test asked for the key ${key}, which it may not take.`)
}
