import type { FormatName, StorageFormat } from '@shared/formats'
import type { Conversions } from '../../base/conversions'
import type { Maybe } from '../maybe'
import type {
  BatchOutcome,
  BatchStep,
  BatchStepResult,
  Call,
  Layer,
  LayerContext,
  ServedCache,
  WriteOptions,
} from '../ports'
import { LarderError } from '@shared/errors'
import { essenceOf, formatNames, formatOf, formats, isTextual, parameterFault } from '@shared/formats'
import { FormatFault } from '../../base/conversions'

interface StorageFormatParts {
  conversions: Conversions
  /** The most bytes of a value, also of one that was converted. */
  valueLimit: () => number
}

/** A value as it is to be stored. */
interface Fitted { value: Buffer, contentType: string }

type FailedStep = Extract<BatchStepResult, { op: 'failed' }>
/** A step of a batch as it is to be run, or why it is not. */
type FittedStep = BatchStep | FailedStep

/** How often a write may begin anew because the settings of its cache were changed. */
const mostTurns = 3

/**
 * A cache holds values of one format only. It is the outermost layer: whatever a face writes is
 * checked, or converted, before a source or backend hears of it. What a source loads is not.
 */
export function createStorageFormat({ conversions, valueLimit }: StorageFormatParts): Layer {
  /** Rejects with LarderError `wrong-format`, `unsupported-media-type`, `overloaded`. */
  async function fit(format: StorageFormat, value: Buffer, contentType: string | undefined): Promise<Fitted> {
    const from = formatToRead(format, contentType)
    if (from === undefined)
      throw notUnderstood(format, contentType)
    try {
      if (from !== format && format !== 'text') {
        const converted = await conversions.convert(value, from, format, valueLimit())
        return { value: converted, contentType: formats[format].type }
      }
      await conversions.check(value, format)
      return { value, contentType: storedType(format, contentType) }
    }
    catch (error) {
      if (!(error instanceof FormatFault))
        throw error
      const sentence = `This cache stores ${formats[format].label}. ${error.message}`
      throw new LarderError('wrong-format', sentence, {
        cause: error,
        errors: [{ field: 'body', message: error.message }],
        // The sentence may name a column, which is part of the value.
        logged: `The value is not what this cache stores: ${formats[format].label}.`,
      })
    }
  }

  /** How often a call has begun anew. */
  const turns = new WeakMap<Call, number>()

  /** Rejects with LarderError `overloaded` if that comes to no end. */
  async function anew<T>(call: Call, write: () => Maybe<T>): Promise<T> {
    const before = turns.get(call) ?? 0
    if (before >= mostTurns) {
      throw new LarderError(
        'overloaded',
        'The settings of this cache changed again and again while the value was converted.',
        { retryAfter: 1 },
      )
    }
    turns.set(call, before + 1)
    try {
      return await write()
    }
    finally {
      turns.set(call, before)
    }
  }

  function wrap(
    next: ServedCache,
    format: StorageFormat,
    { checkOn, current }: Pick<LayerContext, 'checkOn' | 'current'>,
  ): ReturnType<Layer['wrap']> {
    /** Until the cache is configured or deleted; what has waited goes by its new settings then. */
    let isCurrent = true
    return {
      ...next,
      async set(key, value, options, call) {
        if (options?.kind !== undefined && options.kind !== 'bytes')
          throw new LarderError('not-here', `This cache stores ${formats[format].label}, and nothing else.`)
        const fitted = await fit(format, value, options?.contentType).catch(unlessChanged)
        if (!isCurrent || fitted === undefined)
          return anew(call, () => current().set(key, value, options, call))
        checkOn()
        return next.set(key, fitted.value, { ...options, contentType: fitted.contentType }, call)
      },
      increment(key, by, options, call) {
        checkIncrement(format)
        return next.increment(key, by, options, call)
      },
      mergePatch(key, patch, ifVersion, call) {
        checkPatch(format)
        return next.mergePatch(key, patch, ifVersion, call)
      },
      async batch(steps, atomic, call) {
        const fitted: FittedStep[] = []
        for (const step of steps)
          fitted.push(await fitStep(format, step))
        if (!isCurrent)
          return anew(call, () => current().batch(steps, atomic, call))
        checkOn()
        const failure = fitted.findIndex(isResult)
        if (atomic && failure >= 0)
          return { results: fitted.map(step => isResult(step) ? step : notRun), abortedAt: failure }
        const outcome = await next.batch(fitted.filter((step): step is BatchStep => !isResult(step)), atomic, call)
        return merged(fitted, outcome)
      },
      dispose() {
        isCurrent = false
      },
    }

    /** What a former format says about a value counts no more. */
    function unlessChanged(error: unknown): void {
      if (isCurrent)
        throw error
    }
  }

  async function fitStep(format: StorageFormat, step: BatchStep): Promise<FittedStep> {
    try {
      if (step.op === 'increment')
        checkIncrement(format)
      if (step.op !== 'set')
        return step
      const { value, contentType } = await fit(format, step.value, step.options.contentType)
      return { ...step, value, options: { ...step.options, contentType } }
    }
    catch (error) {
      if (!(error instanceof LarderError))
        throw error
      return { op: 'failed', code: error.code, detail: error.message }
    }
  }

  return {
    applies: ({ format }) => format !== 'none',
    wrap(next, context) {
      const { format } = context.definition
      if (format === 'none')
        throw new Error('A layer was put around a cache to which it does not apply')
      return wrap(next, format, context)
    },
  }
}

/** For the steps of a batch that changed nothing, because another one failed. */
const notRun: FailedStep = { op: 'failed', code: 'batch-aborted', detail: 'Nothing was changed.' }

function isResult(step: FittedStep): step is FailedStep {
  return step.op === 'failed'
}

/** The results in the order of all steps, with those that failed before. */
function merged(fitted: readonly FittedStep[], { results, abortedAt }: BatchOutcome): BatchOutcome {
  const left = results.values()
  return { results: fitted.map(step => isResult(step) ? step : left.next().value ?? notRun), abortedAt }
}

/**
 * In which format a value of a content type is to be read; undefined if the cache cannot take it.
 * `text/plain` and `application/octet-stream` are what clients send that say nothing: they are
 * taken for the format of the cache.
 */
function formatToRead(format: StorageFormat, contentType: WriteOptions['contentType']): FormatName | undefined {
  if (saysNothing(contentType))
    return format
  const from = formatOf(contentType ?? '')
  if (from === undefined || from === format)
    return from
  if (format === 'text')
    return isTextual(from) ? from : undefined
  return from === 'text' ? undefined : from
}

function saysNothing(contentType: string | undefined): boolean {
  const essence = essenceOf(contentType ?? '')
  return essence === '' || essence === 'application/octet-stream'
    || (essence === 'text/plain' && formatOf(contentType ?? '') === 'text')
}

/** What the sender said, if that is the format; a cache of text keeps any type of text. */
function storedType(format: StorageFormat, contentType = ''): string {
  const own = formatOf(contentType)
  return own !== undefined && (format === 'text' ? isTextual(own) : own === format) ? contentType : formats[format].type
}

function notUnderstood(format: StorageFormat, contentType = ''): LarderError {
  const types = format === 'text'
    ? ['text/*', ...formatNames.filter(name => name !== 'text' && isTextual(name)).map(name => formats[name].type)]
    : formatNames.filter(name => name !== 'text').map(name => formats[name].type)
  // Where only its parameters are wrong, the type is one of those that the cache takes.
  const isTaken = formatToRead(format, essenceOf(contentType)) !== undefined
  const message = (isTaken && parameterFault(contentType)) || `must be ${types.map(essenceOf).join(', ')}`
  return new LarderError(
    'unsupported-media-type',
    `Content-Type: ${message}, for this cache stores ${formats[format].label}`,
    { errors: [{ field: 'Content-Type', message }] },
  )
}

function checkIncrement(format: StorageFormat): void {
  if (format !== 'text')
    throw new LarderError('not-here', `An increment makes text, and this cache stores ${formats[format].label}.`)
}

function checkPatch(format: StorageFormat): void {
  if (format !== 'json' && format !== 'text')
    throw new LarderError('not-here', `A merge patch needs JSON, and this cache stores ${formats[format].label}.`)
}
