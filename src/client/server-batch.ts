import type { StepResult, StoreStep } from './store'
import { toBytes } from './bytes'
import { LarderClientError } from './client-error'

/** A step as a batch takes it. */
export function operationOf(step: StoreStep, expiration: number | null | undefined): object {
  if (step.op === 'increment') {
    const { ttl = expiration } = step
    return { ...step, ttl }
  }
  if (!('body' in step))
    return step
  const { body, type, lease: _, ttl = expiration, ...rest } = step
  return { ...rest, ttl, value: { base64: toBase64(body) }, contentType: type }
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
