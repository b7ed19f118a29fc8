import type { RequestRecord } from '@shared/schemas'
import { asSentence } from '../../sentence'

/** What a gateway noted last of a request, such as `revalidated`; undefined for other ones. */
export function noteOfGateway({ face, marks }: RequestRecord): string | undefined {
  return face === 'gateway' ? marks.at(-1) : undefined
}

/**
 * Says what a gateway did with a request, in one or two sentences; undefined where the result says
 * it: an error, a switch that is off.
 */
export function explainGateway(record: RequestRecord): string | undefined {
  const note = noteOfGateway(record)
  switch (record.face === 'gateway' ? record.result : '') {
    case 'hit':
      return `Held and fresh, so the origin was not asked.${record.status === 304 ? ' The client already had it.' : ''}`
    case 'stale':
      return note?.startsWith('stale')
        ? asSentence(`Served ${note}`)
        : 'Served stale, as the answer (stale-while-revalidate) or the request (max-stale) allows.'
    case 'loaded':
      return note?.startsWith('revalidated')
        ? asSentence(`The origin confirmed with 304 what was held${note.slice('revalidated'.length).replace(',', ';')}`)
        : answered(note)
    case 'miss':
    case 'ok':
      return note === undefined ? undefined : answered(note)
    default:
      return undefined
  }
}

function answered(note = ''): string {
  return `The origin answered.${note === '' ? '' : ` ${asSentence(note.charAt(0).toUpperCase() + note.slice(1))}`}`
}
