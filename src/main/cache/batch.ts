import type { EntryOperations } from './operations'
import type { BatchOutcome, BatchStep, BatchStepResult } from './ports'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { beyondRoom, hitOf, lasting } from './ports'

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
    room -= hitOf(result)?.value.length ?? 0
    results.push(result)
    if (stopAtFailure && hasFailed(result))
      return { results, abortedAt: index }
  }
  return { results, abortedAt: null }
}

/** @param room bytes of values that may still be read */
function runStep(operations: EntryOperations, step: BatchStep, room: number): BatchStepResult {
  switch (step.op) {
    case 'get': {
      const lookup = operations.get(step.key)
      if (typeof lookup === 'string')
        return { op: 'get', lookup }
      return lookup.value.length > room ? beyondRoom : { op: 'get', lookup: lasting(lookup) }
    }
    case 'peek': {
      const lookup = operations.peek(step.key)
      if (lookup === undefined)
        return { op: 'peek', lookup: 'absent' }
      return lookup.value.length > room ? beyondRoom : { op: 'peek', lookup: lasting(lookup) }
    }
    case 'set':
      return { op: 'set', result: operations.set(step.key, step.value, step.options) }
    case 'delete':
      return { op: 'delete', removed: operations.delete(step.key) === 'removed' }
    case 'touch':
      return { op: 'touch', touched: operations.touch(step.key, step.ttl) === 'touched' }
    case 'increment':
      return increment(operations, step)
  }
}

function increment(
  operations: EntryOperations,
  { key, by, options }: Extract<BatchStep, { op: 'increment' }>,
): BatchStepResult {
  try {
    return { op: 'increment', ...operations.increment(key, by, options) }
  }
  catch (error) {
    const code = error instanceof LarderError ? failures.find(failure => failure === error.code) : undefined
    if (code === undefined)
      throw error
    return { op: 'failed', code, detail: (error as LarderError).message }
  }
}

/** Whether a step has stored its value. */
export function hasStored(result: BatchStepResult | undefined): boolean {
  return result?.op === 'set' && (result.result.outcome === 'created' || result.result.outcome === 'replaced')
}

/** Bytes of the values that the chosen steps would store. */
export function valueBytes(steps: readonly BatchStep[], isChosen: (index: number) => boolean): number {
  return steps.reduce(
    (sum, step, index) => step.op === 'set' && isChosen(index) ? sum + step.value.length : sum,
    0,
  )
}

function hasFailed(result: BatchStepResult): boolean {
  return result.op === 'failed'
    || (result.op === 'set' && (result.result.outcome === 'refused' || result.result.outcome === 'too-large'))
}
