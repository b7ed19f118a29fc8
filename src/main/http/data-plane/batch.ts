import type { BatchResult } from '@shared/entries'
import type { Buffer } from 'node:buffer'
import type { z } from 'zod'
import type { BatchStep, BatchStepResult, Hit, Peek, WriteResult } from '../../serving/ports'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { setImmediate as turn } from 'node:timers/promises'
import { BatchFrame, BatchOperation } from '@shared/entries'
import { errorRegistry, invalidField, LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { parseEach, parseInput } from '@shared/validation'
import { gathered } from '../../base/answers/pour'
import { bytesInJson } from '../../base/bytes-in-json'
import { overloaded } from '../../base/in-flight'
import { fromTextOrBase64, textOrBase64 } from '../../base/text-or-base64'
import { requireRead } from '../../serving/access'
import { checkKey, checkTags } from '../../serving/entry-rules'
import { hitOf, lastingValue } from '../../serving/ports'
import { readable } from '../../serving/readable'
import { checkTimes } from '../../serving/write-times'
import { readBody } from '../body'
import { etagOf, parseIfMatch } from '../etags'
import { holdFor, sendJson, sendPieces } from '../exchange'
import { parseJsonObject } from '../json-body'
import { pathCache } from './context'
import { holding } from './store'

type Operation = z.output<typeof BatchOperation>
/** Size of a body, in bytes, up to which a batch does not have to wait in line. */
const smallBatch = 64 * 1024
/** Number of operations that are checked in one go. */
const checkedAtOnce = 500
type Result = z.output<typeof BatchResult>

/** The native face: several operations in one request, in order; all or nothing with `atomic`. */
export function createBatchFace(deps: DataPlaneDeps): Record<'entries.batch', DataHandler> {
  const inTurn = createLine()
  return {
    'entries.batch': async (exchange) => {
      const name = pathCache(exchange)
      deps.serving.open(exchange, name)
      // Base64 takes 4 bytes for 3, and the JSON around it is small against a value of full size.
      const body = await readBody(exchange, Math.min(deps.valueLimit() * 2, limits.jsonBody))
      // Until all is done, the body's content is in memory twice more: as text and as steps.
      await holding(exchange, 2 * body.length, async (dropped) => {
        const run = (): Promise<void> => runBatch(deps, exchange, name, body, dropped)
        if (body.length <= smallBatch)
          return await run()
        // If the body was taken away while the batch waited in line, the client has its answer.
        await Promise.race([inTurn(async () => exchange.response.headersSent ? undefined : await run()), dropped])
      })
    },
  }
}

/**
 * Runs batches one after another, because ten thousand operations, as objects, take twenty times
 * the bytes of their body.
 */
function createLine(): (work: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    // The caller gets the error; the next batch runs regardless.
    last = mine.catch(() => {})
    return mine
  }
}

async function runBatch(
  deps: DataPlaneDeps,
  exchange: Exchange,
  name: string,
  body: Buffer,
  dropped: Promise<never>,
): Promise<void> {
  const { steps, atomic } = await parseBatch(
    parseJsonObject(body),
    operation => requireRead(exchange, operation),
    deps.valueLimit(),
  )
  await Promise.race([deps.serving.open(exchange, name).roomForBatch(steps, atomic, exchange), dropped])
  const { results, abortedAt } = await deps.serving.open(exchange, name).batch(steps, atomic, exchange)
  if (abortedAt !== null)
    throw aborted(abortedAt, results)
  exchange.result = 'ok'
  sendResults(exchange, results.map(readableResult))
}

/**
 * Parses in pieces and keeps only the steps of each, so that other requests are served in between:
 * checking ten thousand operations takes a while, and as objects they take a lot of memory.
 *
 * @param checkRead called for each operation that answers something stored, because the route
 *   itself only requires `write`
 */
async function parseBatch(
  body: object,
  checkRead: (operation: string) => void,
  valueLimit: number,
): Promise<{ steps: BatchStep[], atomic: boolean }> {
  const { operations, atomic } = parseInput(BatchFrame, body)
  const steps: BatchStep[] = []
  const pathOf = (): string => `operations.${steps.length}`
  while (operations.length > steps.length) {
    if (steps.length > 0)
      await turn()
    const from = steps.length
    for (const operation of parseEach(BatchOperation, operations.slice(from, from + checkedAtOnce), index =>
      `operations.${from + index}`)) {
      if (operation.op === 'get' || operation.op === 'peek' || operation.op === 'increment')
        checkRead(`${pathOf()}: ${operation.op}`)
      steps.push(toStep(operation, pathOf(), valueLimit))
    }
  }
  return { steps, atomic }
}

/** Throws LarderError that names the field under `path`. */
function toStep(operation: Operation, path: string, valueLimit: number): BatchStep {
  const key = named(path, () => checkKey(operation.key))
  switch (operation.op) {
    case 'get':
    case 'peek': return { op: operation.op, key }
    case 'delete': return { op: 'delete', key }
    case 'touch': return { op: 'touch', key, ttl: operation.ttl }
    case 'increment': {
      const { ttl, grace, tags } = operation
      const options = { ttl, grace, tags: tags && checkTags(tags, `${path}.tags`) }
      return { op: 'increment', key, by: BigInt(operation.by), options }
    }
    case 'set':
    case 'add': {
      const value = fromTextOrBase64(operation.value)
      if (value.length > valueLimit) {
        throw new LarderError(
          'too-large',
          `${path}.value: must be at most ${grouped(valueLimit)} bytes`,
          { errors: [{ field: `${path}.value`, message: `must be at most ${grouped(valueLimit)} bytes` }] },
        )
      }
      if (operation.ttl === 0 && !operation.grace)
        throw invalidField(`${path}.ttl`, 'must be above 0, or come with a grace')
      const times = {
        ...(operation.ttl === 'keep' ? { keepTimes: true } : { ttl: operation.ttl }),
        givenTtl: operation.givenTtl,
        grace: operation.grace,
        givenGrace: operation.givenGrace,
      }
      checkTimes(times, {
        ttl: `${path}.ttl`,
        givenTtl: `${path}.givenTtl`,
        grace: `${path}.grace`,
        givenGrace: `${path}.givenGrace`,
      })
      const options = {
        contentType: operation.contentType
          ?? ('text' in operation.value ? 'text/plain; charset=utf-8' : 'application/octet-stream'),
        ...times,
        tags: operation.tags && checkTags(operation.tags, `${path}.tags`),
        ifAbsent: operation.op === 'add',
        ifVersion: operation.op === 'set' && operation.ifMatch !== undefined
          ? parseIfMatch(operation.ifMatch, `${path}.ifMatch`)
          : undefined,
      }
      return { op: 'set', key, value, options }
    }
  }
}

/** Puts the step's path in front of the field that an error names. */
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

function readableResult(step: BatchStepResult): BatchStepResult {
  if (step.op === 'get')
    return typeof step.lookup === 'string' ? step : { ...step, lookup: readable(step.lookup) }
  if (step.op === 'peek')
    return typeof step.lookup === 'string' ? step : { ...step, lookup: readable(step.lookup) }
  return step
}

/** Sends small results as one text, and writes larger values into JSON as the client takes them. */
function sendResults(exchange: Exchange, results: readonly BatchStepResult[]): void {
  const bytes = results.reduce((sum, result) => sum + (hitOf(result)?.value.length ?? 0), 0)
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
    const hit = hitOf(result)
    if (!hit) {
      yield JSON.stringify(toResult(result))
      continue
    }
    const { status, ...rest } = hitResult(hit)
    yield `{"status":${status},"value":{`
    yield* bytesInJson(hit.value)
    yield `},${JSON.stringify(rest).slice(1)}`
  }
  yield ']}'
}

function toResult(step: BatchStepResult): Result {
  switch (step.op) {
    case 'get':
    case 'peek': return typeof step.lookup === 'string'
      ? { status: 404, reason: step.lookup }
      : { value: textOrBase64(step.lookup.value), ...hitResult(step.lookup) }
    case 'set': return setResult(step.result)
    case 'delete': return { status: step.removed ? 204 : 404 }
    case 'touch': return { status: step.touched ? 204 : 404 }
    case 'increment': return { status: 200, number: step.number, etag: etagOf(step.version) }
    case 'failed': return { status: errorRegistry[step.code].status, reason: step.code }
  }
}

/** All but the value. */
function hitResult(hit: Hit | Peek): Result {
  const kind = hit.kind === 'bytes' ? undefined : { kind: hit.kind }
  const result = { status: 200, contentType: hit.contentType, etag: etagOf(hit.version), ...kind }
  if (!('grace' in hit))
    return result
  const { age, ttl, givenTtl, grace, givenGrace, tags } = hit
  return { ...result, age, ttl, givenTtl, grace, givenGrace, tags: [...tags] }
}

const setStatus = { 'created': 201, 'replaced': 204, 'refused': 412, 'too-large': 413 } as const

function setResult({ outcome, version }: WriteResult): Result {
  if (outcome === 'refused')
    return { status: setStatus[outcome], reason: 'precondition-failed' }
  return outcome === 'too-large'
    ? { status: setStatus[outcome], reason: outcome }
    : { status: setStatus[outcome], etag: etagOf(version) }
}

function aborted(index: number, results: readonly BatchStepResult[]): LarderError {
  const failed = results[index]
  const reason = failed ? toResult(failed).reason : undefined
  return new LarderError(
    'batch-aborted',
    `Nothing was changed: operation ${index} failed${reason ? ` (${reason})` : ''}.`,
    { errors: [{ field: `operations.${index}`, message: reason ?? 'failed' }] },
  )
}
