import type { DataOperationSpec } from '@shared/data-operations'
import type { Exchange } from '../exchange'
import type { RequestHead } from '../request-head'
import type { DataHandler } from './context'
import { invalidField } from '@shared/errors'
import { namesOf } from '@shared/rows'

/** Header fields that change what an operation does, where it knows them. */
const fields = {
  'If-Match': 'ifMatch',
  'If-None-Match': 'ifNoneMatch',
  'Larder-TTL': 'larderTtl',
  'Larder-Given-TTL': 'larderGivenTtl',
  'Larder-Grace': 'larderGrace',
  'Larder-Tags': 'larderTags',
} as const satisfies Record<string, keyof RequestHead>

type Field = keyof typeof fields

/**
 * Refuses header fields that would be ignored in silence: a precondition that nobody checks, a TTL
 * that nothing gets. A read may carry If-None-Match anyway, because browsers add it.
 */
export function withoutForeignFields(spec: DataOperationSpec, handler: DataHandler): DataHandler {
  const isRead = spec.methods.includes('GET')
  const foreign = namesOf(fields)
    .filter(name => spec.requestHeaders?.[name] === undefined && !(isRead && name === 'If-None-Match'))
  return (exchange) => {
    refuseFields(exchange, foreign)
    return handler(exchange)
  }
}

/** Throws LarderError `invalid-input` for the first of these header fields that the request has. */
export function refuseFields({ head }: Exchange, names: readonly Field[]): void {
  for (const name of names) {
    if (head[fields[name]] !== null)
      throw invalidField(name, 'has no effect on this request, so it is refused')
  }
}
