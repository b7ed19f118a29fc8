import type { RequestRecord } from '@shared/schemas'
import { hitStatus, missStatus, toldSeconds } from '@shared/cache-status'
import { faces } from '@shared/faces'
import { formatBytes, formatMicroseconds } from '../../format'
import { explainHeader } from '../../header-words'
import { isWholeKey } from './repeat'
import { clockTime, exactTime, explainStatus } from './request-text'

/** What the log knows of a request, by name. */
interface Fact {
  name: string
  value: string
  /** Shown before the value, as keys are. */
  key?: string
  mono?: boolean
  hint?: string | undefined
}

export function requestFacts(record: RequestRecord, labelOf: (keyId: string) => string): Fact[] {
  const isGateway = record.face === 'gateway'
  const withoutKey = isGateway
    ? 'None: a gateway asks for none'
    : record.reason === 'key-invalid' || record.reason === 'key-missing'
      ? 'None that is valid'
      : 'None: a session, the command line, or the key of the environment'
  return [
    { name: 'Time', value: clockTime(record.at), hint: exactTime(record.at) },
    // Redis has no such number.
    ...record.face === 'redis' ? [] : [{ name: 'Status', value: `${record.status}${explainStatus(record)}` }],
    ...statusHeader(record),
    ...record.path === '' ? [] : [{ name: 'Path', value: '', key: record.path }],
    ...record.cache === null ? [] : [{ name: 'Cache', value: '', key: record.cache }],
    ...record.key === null ? [] : [{ name: 'Key', value: isWholeKey(record.key) ? '' : '…', key: record.key }],
    ...record.face === null ? [] : [{ name: 'Came by', value: record.face, hint: faces[record.face] }],
    ...record.result === 'miss' || record.result === 'loaded' || record.reason === null
      ? []
      : [{ name: 'Error code', value: record.reason, mono: true }],
    ...record.operation === null ? [] : [{ name: 'Operation', value: record.operation, mono: true }],
    ...record.marks.length === 0
      ? []
      : [{
          name: isGateway ? 'At the gateway' : 'On its way',
          value: record.marks.join(', '),
        }],
    ...record.from === 'app' ? [] : [{ name: 'Sent by', value: 'The console, by itself or for you' }],
    { name: 'Duration', value: formatMicroseconds(record.duration) },
    { name: 'Sent', value: formatBytes(record.requestBytes) },
    { name: 'Answered', value: formatBytes(record.responseBytes) },
    {
      name: 'API key',
      value: record.keyId === null ? withoutKey : labelOf(record.keyId),
      hint: record.keyId ?? undefined,
    },
  ]
}

/** Reads whose answer has Cache-Status. */
const reads: readonly (string | null)[] = ['entries.get', 'plain.get']

/** The log keeps no headers, but this one follows from what it keeps. */
function statusHeader({ operation, result, reason, ttl }: RequestRecord): Fact[] {
  if (!reads.includes(operation) || (result !== 'hit' && result !== 'miss'))
    return []
  const header = result === 'hit' ? hitStatus(toldSeconds(ttl, false)) : missStatus(reason ?? '')
  return [{ name: 'Cache-Status', value: `${header} – ${explainHeader('Cache-Status', header)}` }]
}
