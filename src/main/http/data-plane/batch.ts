import type { z } from 'zod'
import type { BatchOperation, BatchResult, Bytes } from '../../../shared/entries'
import type { BatchStep, BatchStepResult, WriteResult } from '../../cache/ports'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { Buffer } from 'node:buffer'
import { Batch } from '../../../shared/entries'
import { errorRegistry, LarderError } from '../../../shared/errors'
import { parseInput } from '../../../shared/validation'
import { parseJson, readBody } from '../body'
import { checkKey, checkTags } from '../entry-headers'
import { etagOf, parseIfMatch } from '../etags'
import { sendJson } from '../exchange'
import { nativeCache, requireRead } from './context'

type Operation = z.output<typeof BatchOperation>
type Result = z.output<typeof BatchResult>

/** Face 3: several operations in one request, in order; with `atomic` all or nothing. */
export function createBatchFace(deps: DataPlaneDeps): Record<'entries.batch', DataHandler> {
  return {
    'entries.batch': async (exchange) => {
      nativeCache(deps, exchange)
      // Base64 takes 4 bytes for 3, and the JSON around it is small against a value of full size.
      const body = await readBody(exchange, deps.valueLimit() * 2)
      const batch = parseInput(Batch, parseJson(body))
      checkReads(exchange, batch.operations)
      const steps = batch.operations.map((operation, index) => toStep(operation, `operations.${index}`, deps.valueLimit()))
      const { results, abortedAt } = nativeCache(deps, exchange).batch(steps, batch.atomic)
      if (abortedAt !== null)
        throw aborted(abortedAt, results)
      exchange.result = 'ok'
      sendJson(exchange, 200, { results: results.map(toResult) })
    },
  }
}

/** The route asks for `write`; what answers something that is stored needs `read` as well. */
function checkReads(exchange: Exchange, operations: readonly Operation[]): void {
  const reading = operations.findIndex(({ op }) => op === 'get' || op === 'increment')
  if (reading >= 0)
    requireRead(exchange, `operations.${reading}: ${operations[reading]?.op}`)
}

/** Throws LarderError that names the field under `path`. */
function toStep(operation: Operation, path: string, valueLimit: number): BatchStep {
  const key = named(path, () => checkKey(operation.key))
  switch (operation.op) {
    case 'get': return { op: 'get', key }
    case 'delete': return { op: 'delete', key }
    case 'touch': return { op: 'touch', key, ttl: operation.ttl }
    case 'increment': return { op: 'increment', key, by: BigInt(operation.by) }
    case 'set':
    case 'add': {
      const value = toBuffer(operation.value)
      if (value.length > valueLimit)
        throw new LarderError('too-large', `${path}.value: may have ${valueLimit} bytes`, { errors: [{ field: `${path}.value`, message: `may have ${valueLimit} bytes` }] })
      const options = {
        contentType: operation.contentType ?? ('text' in operation.value ? 'text/plain; charset=utf-8' : 'application/octet-stream'),
        ttl: operation.ttl,
        tags: operation.tags && checkTags(operation.tags, `${path}.tags`),
        ifAbsent: operation.op === 'add',
        ifVersion: operation.op === 'set' && operation.ifMatch !== undefined ? named(path, () => parseIfMatch(operation.ifMatch as string)) : undefined,
      }
      return { op: 'set', key, value, options }
    }
  }
}

/** Puts the step's place before the field that an error names. */
function named<T>(path: string, check: () => T): T {
  try {
    return check()
  }
  catch (error) {
    if (!(error instanceof LarderError))
      throw error
    const errors = error.errors?.map(({ field, message }) => ({ field: `${path}.${field}`, message }))
    throw new LarderError(error.code, `${path}.${error.message}`, { cause: error, errors })
  }
}

function toBuffer(bytes: z.output<typeof Bytes>): Buffer {
  return 'text' in bytes ? Buffer.from(bytes.text) : Buffer.from(bytes.base64, 'base64')
}

/** Text where the bytes are UTF-8, else base64. */
function fromBuffer(value: Buffer): z.output<typeof Bytes> {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value) }
  }
  catch {
    // Not UTF-8 is an answer here, not a failure.
    return { base64: value.toString('base64') }
  }
}

function toResult(step: BatchStepResult): Result {
  switch (step.op) {
    case 'get': return typeof step.lookup === 'string'
      ? { status: 404, reason: step.lookup }
      : { status: 200, value: fromBuffer(step.lookup.value), contentType: step.lookup.contentType, etag: etagOf(step.lookup.version) }
    case 'set': return setResult(step.result)
    case 'delete': return { status: step.removed ? 204 : 404 }
    case 'touch': return { status: step.touched ? 204 : 404 }
    case 'increment': return { status: 200, number: step.number, etag: etagOf(step.version) }
    case 'failed': return { status: errorRegistry[step.code].status, reason: step.code }
  }
}

const setStatus = { 'created': 201, 'replaced': 204, 'refused': 412, 'too-large': 413 } as const

function setResult({ outcome, version }: WriteResult): Result {
  if (outcome === 'refused')
    return { status: setStatus[outcome], reason: 'precondition-failed' }
  return outcome === 'too-large' ? { status: setStatus[outcome], reason: outcome } : { status: setStatus[outcome], etag: etagOf(version) }
}

function aborted(index: number, results: readonly BatchStepResult[]): LarderError {
  const failed = results[index]
  const reason = failed ? toResult(failed).reason : undefined
  return new LarderError('batch-aborted', `Nothing was changed: operation ${index} failed${reason ? ` (${reason})` : ''}.`, { errors: [{ field: `operations.${index}`, message: reason ?? 'failed' }] })
}
