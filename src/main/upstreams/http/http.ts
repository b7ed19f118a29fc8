import type { Attempt, Driver } from '../driver'
import type { HttpClient } from './client'
import { randomBytes } from 'node:crypto'
import { headerLinesOf, httpUrlOf } from '@shared/connections/http'
import { SourceError } from '../../serving/sources/source'
import { isLinkLocal, linkLocalSentence } from '../addresses'
import { openHttpClient } from './client'
import { createHttpSource, refusal, urlOf } from './source'

const signInNeeded: ReadonlySet<number> = new Set([401, 403, 407])

/** An API as an upstream that is only read. */
export const http: Driver = {
  async open({ values, secrets }, attempt) {
    const origin = new URL(httpUrlOf(values, 'larder').origin)
    const headers = [...headerLinesOf(values.headers), ...headerLinesOf(secrets.secretHeaders)]
    const ca = values.ca === undefined ? undefined : String(values.ca)
    const client = await openHttpClient(origin, headers, ca, attempt)
    return {
      server: origin.host,
      // Each call may open a socket, so there is no one way that could end.
      ended: new Promise(() => {}),
      close: client.close,
      probe: (write, probing) => probe(client, values, write, probing),
      source: options => createHttpSource(client, values, options),
      backend() {
        throw new SourceError('refused', 'HTTP keeps no entries of caches.')
      },
    }
  },
  refuse({ values }) {
    const host = httpUrlOf(values, 'larder').hostname.replace(/^\[(.*)\]$/, '$1')
    return isLinkLocal(host) ? { field: 'url', message: linkLocalSentence(host, host) } : null
  },
}

/** Whatever is there under a key that nobody has: 404 as well as 200 says that somebody answers. */
async function probe(
  client: HttpClient,
  values: Parameters<typeof urlOf>[0],
  write: boolean,
  { signal, step }: Attempt,
): Promise<void> {
  step('authenticate')
  const answer = await client.get(urlOf(values, `larder-test-${randomBytes(8).toString('hex')}`), signal)
  if (signInNeeded.has(answer.status))
    throw refusal(answer)
  step('read')
  if (answer.status >= 500)
    throw refusal(answer)
  if (!write)
    return
  step('write')
  throw new SourceError('refused', 'Caches can only read by HTTP.')
}
