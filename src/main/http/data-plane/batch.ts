import type { z } from 'zod'
import type { Batch, BatchResult, Bytes } from '../../../shared/entries'
import type { BatchStep, BatchStepResult, Hit, WriteResult } from '../../cache/ports'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { Buffer, isUtf8 } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import { BatchFrame, BatchOperation } from '../../../shared/entries'
import { errorRegistry, LarderError } from '../../../shared/errors'
import { grouped } from '../../../shared/grouped'
import { limits } from '../../../shared/limits'
import { parseEach, parseInput } from '../../../shared/validation'
import { overloaded } from '../../base/in-flight'
import { lastingValue } from '../../cache/ports'
import { readBody } from '../body'
import { checkKey, checkTags } from '../entry-headers'
import { etagOf, parseIfMatch } from '../etags'
import { holdFor, sendJson, sendPieces } from '../exchange'
import { parseJson } from '../json-body'
import { gathered } from '../pour'
import { bytesInJson } from './bytes-in-json'
import { nativeCache, requireRead } from './context'
import { holding } from './store'

type Operation = z.output<typeof BatchOperation>
/** Operations checked in one go. */
const checkedAtOnce = 500
type Result = z.output<typeof BatchResult>

/** The native face: several operations in one request, in order; with `atomic` all or nothing. */
export function createBatchFace(deps: DataPlaneDeps): Record<'entries.batch', DataHandler> {
  return {
    'entries.batch': async (exchange) => {
      nativeCache(deps, exchange)
      // Base64 takes 4 bytes for 3, and the JSON around it is small against a value of full size.
      const body = await readBody(exchange, Math.min(deps.valueLimit() * 2, limits.jsonBody))
      // What the body says is there twice, as text and as steps, until all is done.
      await holding(exchange, 2 * body.length, dropped => runBatch(deps, exchange, body, dropped))
    },
  }
}

async function runBatch(deps: DataPlaneDeps, exchange: Exchange, body: Buffer, dropped: Promise<never>): Promise<void> {
  const batch = await parseBatch(parseJson(body))
  checkReads(exchange, batch.operations)
  const steps = batch.operations.map((operation, index) => toStep(operation, `operations.${index}`, deps.valueLimit()))
  const needed = steps.reduce((sum, step) => sum + (step.op === 'set' ? step.value.length : 0), 0)
  await Promise.race([nativeCache(deps, exchange).roomFor(needed), dropped])
  const { results, abortedAt } = nativeCache(deps, exchange).batch(steps, batch.atomic)
  if (abortedAt !== null)
    throw aborted(abortedAt, results)
  exchange.result = 'ok'
  sendResults(exchange, results)
}

/** In pieces, between which others are served: ten thousand operations take a while to check. */
async function parseBatch(body: unknown): Promise<z.output<typeof Batch>> {
  const { operations, atomic } = parseInput(BatchFrame, body)
  const parsed: Operation[] = []
  for (let from = 0; from < operations.length; from += checkedAtOnce) {
    if (from > 0)
      await turn()
    parsed.push(...parseEach(BatchOperation, operations.slice(from, from + checkedAtOnce), index => `operations.${from + index}`))
  }
  return { operations: parsed, atomic }
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
        throw new LarderError('too-large', `${path}.value: must be at most ${grouped(valueLimit)} bytes`, { errors: [{ field: `${path}.value`, message: `must be at most ${grouped(valueLimit)} bytes` }] })
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

/** Small results are one text; larger values are put into JSON as their reader takes them. */
function sendResults(exchange: Exchange, results: readonly BatchStepResult[]): void {
  const bytes = results.reduce((sum, result) => sum + (valueOf(result)?.length ?? 0), 0)
  if (bytes <= lastingValue)
    return sendJson(exchange, 200, { results: results.map(toResult) })
  const hold = holdFor(exchange)
  if (!hold.resize(bytes))
    throw overloaded()
  sendPieces(exchange, 200, ['Content-Type', 'application/json'], gathered(textOf(results)), hold)
}

function* textOf(results: readonly BatchStepResult[]): Generator<string, void> {
  let before = '{"results":['
  for (const result of results) {
    yield before
    before = ','
    if (result.op !== 'get' || typeof result.lookup === 'string') {
      yield JSON.stringify(toResult(result))
      continue
    }
    const { status, ...rest } = hitResult(result.lookup)
    yield `{"status":${status},"value":{`
    yield* bytesInJson(result.lookup.value)
    yield `},${JSON.stringify(rest).slice(1)}`
  }
  yield ']}'
}

function valueOf(result: BatchStepResult): Buffer | undefined {
  return result.op === 'get' && typeof result.lookup !== 'string' ? result.lookup.value : undefined
}

/** Text where the bytes are UTF-8, else base64. */
function fromBuffer(value: Buffer): z.output<typeof Bytes> {
  return isUtf8(value) ? { text: value.toString() } : { base64: value.toString('base64') }
}

function toResult(step: BatchStepResult): Result {
  switch (step.op) {
    case 'get': return typeof step.lookup === 'string'
      ? { status: 404, reason: step.lookup }
      : { value: fromBuffer(step.lookup.value), ...hitResult(step.lookup) }
    case 'set': return setResult(step.result)
    case 'delete': return { status: step.removed ? 204 : 404 }
    case 'touch': return { status: step.touched ? 204 : 404 }
    case 'increment': return { status: 200, number: step.number, etag: etagOf(step.version) }
    case 'failed': return { status: errorRegistry[step.code].status, reason: step.code }
  }
}

/** All but the value. */
function hitResult({ contentType, version }: Hit): Result {
  return { status: 200, contentType, etag: etagOf(version) }
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
