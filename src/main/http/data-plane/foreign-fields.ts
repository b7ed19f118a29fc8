import type { DataOperationSpec } from '@shared/data-operations'
import type { Exchange } from '../exchange'
import type { RequestHead } from '../request-head'
import type { DataHandler } from './context'
import { invalidField, LarderError } from '@shared/errors'
import { namesOf } from '@shared/rows'
import { readQuery, refuseUnknown } from '../request-target'

/** Header fields that change what an operation does, where it knows them. */
const fields = {
  'If-Match': 'ifMatch',
  'If-None-Match': 'ifNoneMatch',
  'Larder-TTL': 'larderTtl',
  'Larder-Given-TTL': 'larderGivenTtl',
  'Larder-Grace': 'larderGrace',
  'Larder-Given-Grace': 'larderGivenGrace',
  'Larder-Tags': 'larderTags',
  'Larder-Lease': 'larderLease',
} as const satisfies Record<string, keyof RequestHead>

/** What a person may have meant. `Larder-As` and `Larder-Unattended` are our console's. */
const requestFields = namesOf(fields).filter(name => name.startsWith('Larder-'))

/** Characters of a field's name that an answer repeats. */
const longestName = 64

type Field = keyof typeof fields

/**
 * Refuses what would be ignored in silence: a precondition that nobody checks, a TTL that nothing
 * gets, a field of Larder's that is misspelt, a parameter of an operation that has none. A read may
 * carry If-None-Match anyway, because browsers add it. Operations with parameters check them where
 * they read them; the classic face ignores what it does not know, as its clients expect.
 */
export function withoutForeign(spec: DataOperationSpec, handler: DataHandler): DataHandler {
  const isRead = spec.methods.includes('GET')
  const foreign = namesOf(fields)
    .filter(name => spec.requestHeaders?.[name] === undefined && !(isRead && name === 'If-None-Match'))
  const isStrict = spec.face !== 'classic'
  const takesNoQuery = isStrict && spec.query === undefined
  return (exchange) => {
    refuseFields(exchange, foreign)
    if (isStrict && exchange.head.unknownLarder !== null)
      throw unknownField(exchange.head.unknownLarder)
    if (takesNoQuery && exchange.target.query !== '')
      refuseUnknown(readQuery(exchange.target.query), {})
    return handler(exchange)
  }
}

function unknownField(name: string): LarderError {
  const message = `is no header field that Larder knows; requests may have ${requestFields.join(', ')}`
  return new LarderError('invalid-input', `${name.slice(0, longestName)}: ${message}`, {
    errors: [{ field: name.slice(0, longestName), message }],
    logged: `A header field in Larder's name ${message}`,
  })
}

/** Throws LarderError `invalid-input` for the first of these header fields that the request has. */
export function refuseFields({ head }: Exchange, names: readonly Field[]): void {
  for (const name of names) {
    if (head[fields[name]] !== null)
      throw invalidField(name, 'has no effect on this request, so it is refused')
  }
}
