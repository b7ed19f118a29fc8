import type { HeldAnswer } from './answer-shelf'
import type { CacheStatus } from './cache-status'
import type { Visit } from './visit'
import { Buffer } from 'node:buffer'
import { without } from '../base/http-caching/fields'
import { isUnchanged, rangeOf } from './conditions'

const nothing = Buffer.alloc(0)

/** Answers from what is held: all of it, the part that is wanted, or that nothing has changed. */
export function serveHeld(visit: Visit, { message, age, ttl }: HeldAnswer, cache: CacheStatus): void {
  const { status, reason, body } = message
  const fields = [
    ...without(message.fields, name => name === 'age'),
    ...['Age', String(Math.floor(age))],
  ]
  const told = { ttl: ttl === null ? null : Math.max(0, ttl), ...cache }
  if (status === 200 && isUnchanged(visit.fields, fields)) {
    // They would describe a body that is not sent (RFC 9110 §15.4.5).
    const ofTheHead = without(fields, name => name.startsWith('content-') && name !== 'content-location')
    return visit.send(304, 'Not Modified', ofTheHead, told, nothing)
  }
  const range = status === 200 && visit.method === 'GET' ? rangeOf(visit.fields, fields, body.length) : null
  if (range === null)
    return visit.send(status, reason, fields, told, body)
  const rest = without(fields, name => name === 'content-range' || name === 'content-length')
  if (range === 'unsatisfiable') {
    const whole = ['Content-Range', `bytes */${body.length}`]
    return visit.send(416, 'Range Not Satisfiable', [...rest, ...whole], told, nothing)
  }
  const part = ['Content-Range', `bytes ${range.from}-${range.to}/${body.length}`]
  visit.send(206, 'Partial Content', [...rest, ...part], told, body.subarray(range.from, range.to + 1))
}
