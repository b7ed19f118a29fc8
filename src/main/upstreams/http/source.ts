import type { FieldValues } from '@shared/connections/driver'
import type { Source } from '../../serving/sources/source'
import type { SourceOptions } from '../driver'
import type { HttpClient, OriginAnswer } from './client'
import { STATUS_CODES } from 'node:http'
import { httpUrlOf } from '@shared/connections/http'
import { SettableMediaType } from '@shared/entries'
import { encodeSegment } from '@shared/request-of'
import { SourceError } from '../../serving/sources/source'
import { freshnessOf } from './freshness'

/** Nothing is there: RFC 9110 §15.5.5 and §15.5.11. */
export const absent: ReadonlySet<number> = new Set([404, 410])

/** Values as an API answers them. */
export function createHttpSource(client: HttpClient, values: FieldValues, { format }: SourceOptions): Source {
  return {
    async load(key, signal) {
      const answer = await client.get(urlOf(values, key), signal)
      const { status, headers, fields, body } = answer
      if (absent.has(status))
        return undefined
      if (status !== 200)
        throw refusal(answer)
      const coding = headers['content-encoding']
      if (coding !== undefined && coding !== 'identity')
        throw new SourceError('refused', `It answered in the coding ${coding.slice(0, 32)}, which was not asked for.`)
      const { success, data } = SettableMediaType.safeParse(headers['content-type'])
      return { value: body, contentType: success ? data : format, ...freshnessOf(fields, answer) }
    },
  }
}

/** Throws SourceError for what would be navigation in a path (WHATWG URL §4.4), even encoded. */
export function urlOf(values: FieldValues, key: string): URL {
  if (key === '' || key === '.' || key === '..')
    throw new SourceError('refused', `No URL can name the key "${key}".`)
  return httpUrlOf(values, encodeSegment('key', key))
}

/** The server is in trouble, or does not want to. */
export function refusal({ status, headers }: OriginAnswer): SourceError {
  const reason = STATUS_CODES[status]
  const wait = /^\d+$/.test(headers['retry-after'] ?? '') ? `, to be asked again in ${headers['retry-after']} s` : ''
  return new SourceError(
    status >= 500 ? 'lost' : 'refused',
    `It answered ${status}${reason === undefined ? '' : ` ${reason}`}${wait}.`,
  )
}
