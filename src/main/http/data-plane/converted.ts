import type { FormatName } from '@shared/formats'
import type { Asker } from '../../base/conversions'
import type { Maybe } from '../../serving/maybe'
import type { Hit } from '../../serving/ports'
import type { Exchange } from '../exchange'
import type { DataPlaneDeps } from './context'
import { LarderError } from '@shared/errors'
import { essenceOf, formatOf, formats, formatsFor } from '@shared/formats'
import { FormatFault } from '../../base/conversions'
import { lasting } from '../../serving/ports'
import { chooseType, takesAsIs } from '../accept'
import { asOtherType } from '../entry-headers'
import { etagOfFormat } from '../etags'
import { send } from '../exchange'
import { askingFor } from './asker'
import { answerHit, checkTag } from './conditions'

/** A type that a value can be had in, and the format that this is. */
interface Offer { type: string, format: FormatName }

/**
 * Answers a hit in the type that the client wants most (RFC 9110 §12.5.1). Throws or rejects with
 * LarderError `not-acceptable`, which says what can be had, and `overloaded`.
 */
export function answerAccepted(deps: DataPlaneDeps, exchange: Exchange, hit: Hit, headers: string[]): Maybe<void> {
  const { accept } = exchange.head
  // One cheap look: nearly every read wants the value as it is.
  if (accept === null || takesAsIs(accept, hit.contentType))
    return answerHit(exchange, hit, headers)
  const format = formatOf(hit.contentType)
  const offers = format === undefined ? [] : offersOf(format, hit.contentType)
  const chosen = chooseType(accept, [hit.contentType, ...offers.map(({ type }) => type)])
  if (chosen === 0)
    return answerHit(exchange, hit, headers)
  const offer = chosen === undefined ? undefined : offers[chosen - 1]
  if (format === undefined)
    throw notAcceptable('Larder cannot convert a value of this type.', [hit.contentType])
  return answerConverted(deps, exchange, lasting(hit), format, offer, headers)
}

function offersOf(format: FormatName, contentType: string): Offer[] {
  return formatsFor(format, true)
    .flatMap(name => [formats[name].type, ...formats[name].also].map(type => ({ type, format: name })))
    .filter(({ type }) => essenceOf(type) !== essenceOf(contentType))
}

async function answerConverted(
  { conversions, valueLimit }: DataPlaneDeps,
  exchange: Exchange,
  hit: Hit,
  from: FormatName,
  offer: Offer | undefined,
  headers: string[],
): Promise<void> {
  await askingFor(exchange, hit.value, async (asker) => {
    if (offer === undefined) {
      const types = await typesOf(asker)
      throw notAcceptable('Accept names no type that this value can be had in.', types)
    }
    const tag = etagOfFormat(hit.version, offer.format)
    const told = asOtherType(headers, offer.type, tag)
    if (checkTag(exchange, tag))
      return send(exchange, 304, told)
    send(exchange, 200, told, await converted(offer.format, asker))
  })

  async function converted(to: FormatName, asker: Asker): Promise<Buffer> {
    try {
      return from === to ? hit.value : await conversions.convert(hit.value, from, to, valueLimit(), asker)
    }
    catch (error) {
      if (!(error instanceof FormatFault))
        throw error
      throw notAcceptable(error.message, await typesOf(asker), error)
    }
  }

  /** The types that this very value can be had in. */
  async function typesOf(asker: Asker): Promise<string[]> {
    try {
      const possible = await conversions.formatsOf(hit.value, from, asker)
      return [hit.contentType, ...possible.filter(name => name !== from).map(name => formats[name].type)]
    }
    catch (error) {
      if (!(error instanceof FormatFault))
        throw error
      return [hit.contentType]
    }
  }
}

/** The log must not keep names of columns, which are part of the value. */
function notAcceptable(reason: string, types: readonly string[], cause?: Error): LarderError {
  return new LarderError('not-acceptable', `${reason} It can be had as ${types.map(essenceOf).join(', ')}.`, {
    cause,
    errors: [{ field: 'Accept', message: `can be ${types.map(essenceOf).join(', ')}` }],
    logged: 'The value cannot be had in a type that Accept names.',
  })
}
