import type { EntryOperations } from './operations'
import type { BatchOutcome, BatchStep, BatchStepResult, Lookup } from './ports'
import { LarderError } from '../../shared/errors'

/** Runs the steps in order. With `stopAtFailure`, ends after the first that fails and tells its index. */
export function runBatch(operations: EntryOperations, steps: readonly BatchStep[], stopAtFailure: boolean): BatchOutcome {
  const results: BatchStepResult[] = []
  for (const [index, step] of steps.entries()) {
    const result = runStep(operations, step)
    results.push(result)
    if (stopAtFailure && hasFailed(result))
      return { results, abortedAt: index }
  }
  return { results, abortedAt: null }
}

function runStep(operations: EntryOperations, step: BatchStep): BatchStepResult {
  switch (step.op) {
    case 'get':
      return { op: 'get', lookup: lasting(operations.get(step.key)) }
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

/** A hit is valid until the next call into the cache, and that may be the next step. */
function lasting(lookup: Lookup): Lookup {
  return typeof lookup === 'string' ? lookup : { ...lookup, value: Buffer.from(lookup.value) }
}

function increment(operations: EntryOperations, key: string, by: bigint): BatchStepResult {
  try {
    return { op: 'increment', ...operations.increment(key, by) }
  }
  catch (error) {
    if (error instanceof LarderError && (error.code === 'not-a-number' || error.code === 'too-large'))
      return { op: 'failed', code: error.code, detail: error.message }
    throw error
  }
}

function hasFailed(result: BatchStepResult): boolean {
  return result.op === 'failed' || (result.op === 'set' && (result.result.outcome === 'refused' || result.result.outcome === 'too-large'))
}
