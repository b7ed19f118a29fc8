import type { StepResult, StoreStep } from './store'
import { toBytes } from './bytes'
import { LarderClientError } from './client-error'

type Put = Extract<StoreStep, { body: unknown }>

/** A step as a batch takes it: as JSON, which leaves out what is undefined. */
export function operationOf(step: StoreStep, expiration: number | null | undefined): object {
  if (!('by' in step || 'body' in step))
    return step
  const { body, type: contentType, lease: _, ttl = expiration, ...rest } = step as Partial<Put>
  return { ...rest, ttl, contentType, value: body === undefined ? body : { base64: toBase64(body) } }
}

interface StepReply {
  status: number
  value?: { text?: string, base64?: string }
  contentType?: string
  number?: string
  tags?: string[]
  reason?: string
}

/** What a step of a batch gave. */
export function resultOf({ op, key }: StoreStep, reply: StepReply): StepResult {
  const { status, value, contentType, number, tags, reason } = reply
  if (status === 404 || status === 412)
    return op === 'get' || op === 'peek' ? undefined : false
  if (status >= 400)
    return new LarderClientError(reason as 'internal', `${op} of ${key} failed: ${reason}.`, reply)
  if (op !== 'get')
    return tags && op === 'peek' ? tags : number ?? true
  const { text, base64 = '' } = value ?? {}
  const bytes = text === undefined ? Uint8Array.from(atob(base64), char => char.charCodeAt(0)) : toBytes(text)
  return { type: contentType ?? '', bytes }
}

function toBase64(body: string | Uint8Array): string {
  let text = ''
  // As arguments of one call, not all of them would fit.
  for (const byte of typeof body === 'string' ? toBytes(body) : body)
    text += String.fromCharCode(byte)
  return btoa(text)
}
