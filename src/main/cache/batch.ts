import type { EntryOperations } from './operations'
import type { BatchOutcome, BatchStep, BatchStepResult } from './ports'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { lastingValue } from './ports'

const failures = ['wrong-kind', 'not-a-number', 'too-large'] as const

/**
 * Runs the steps in order. With `stopAtFailure`, stops after the first step that fails and returns
 * its index.
 */
export function runBatch(
  operations: EntryOperations,
  steps: readonly BatchStep[],
  stopAtFailure: boolean,
): BatchOutcome {
  const results: BatchStepResult[] = []
  let room: number = limits.batchAnswer
  for (const [index, step] of steps.entries()) {
    const result = runStep(operations, step, room)
    room -= result.op === 'get' && typeof result.lookup !== 'string' ? result.lookup.value.length : 0
    results.push(result)
    if (stopAtFailure && hasFailed(result))
      return { results, abortedAt: index }
  }
  return { results, abortedAt: null }
}

/** @param room bytes of values that may still be read */
function runStep(operations: EntryOperations, step: BatchStep, room: number): BatchStepResult {
  switch (step.op) {
    case 'get':
      return read(operations, step.key, room)
    case 'set':
      return { op: 'set', result: operations.set(step.key, step.value, step.options) }
    case 'delete':
      return { op: 'delete', removed: operations.delete(step.key) === 'removed' }
    case 'touch':
      return { op: 'touch', touched: operations.touch(step.key, step.ttl) }
    case 'increment':
      return increment(operations, step.key, step.by)
  }
}

function read(operations: EntryOperations, key: string, room: number): BatchStepResult {
  const lookup = operations.get(key)
  if (typeof lookup === 'string')
    return { op: 'get', lookup }
  if (lookup.value.length > room)
    return { op: 'failed', code: 'too-large', detail: 'The values that this batch reads are too large for one answer.' }
  // A hit is valid until the next call into the cache, and that may be the next step.
  const value = lookup.value.length > lastingValue ? lookup.value : Buffer.from(lookup.value)
  return { op: 'get', lookup: { ...lookup, value } }
}

function increment(operations: EntryOperations, key: string, by: bigint): BatchStepResult {
  try {
    return { op: 'increment', ...operations.increment(key, by) }
  }
  catch (error) {
    const code = error instanceof LarderError ? failures.find(failure => failure === error.code) : undefined
    if (code === undefined)
      throw error
    return { op: 'failed', code, detail: (error as LarderError).message }
  }
}

function hasFailed(result: BatchStepResult): boolean {
  return result.op === 'failed'
    || (result.op === 'set' && (result.result.outcome === 'refused' || result.result.outcome === 'too-large'))
}
