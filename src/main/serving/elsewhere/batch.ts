import type { BatchStep, BatchStepResult, Call, Hit, Peek, ServedCache } from '../ports'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { beyondRoom, hitOf, lasting } from '../ports'

/**
 * The steps of a batch one after another, each by the cache's own call. All or nothing needs a
 * cache that lives here alone.
 *
 * @param title what else the cache has, for the refusal: `source main`
 */
export function createBatch(cache: Omit<ServedCache, 'batch'>, title: string): ServedCache['batch'] {
  async function run(step: BatchStep, call: Call): Promise<BatchStepResult> {
    const { op, key } = step
    switch (op) {
      case 'get': return { op, lookup: kept(await cache.get(key, call)) }
      case 'peek': return { op, lookup: kept<Peek | 'absent'>(await cache.peek(key, call) ?? 'absent') }
      case 'set': return { op, result: await cache.set(key, step.value, step.options, call) }
      case 'delete': return { op, removed: await cache.delete(key, undefined, call) === 'removed' }
      case 'touch': return { op, touched: await cache.touch(key, step.ttl, undefined, call) === 'touched' }
      case 'increment': return { op, ...await cache.increment(key, step.by, step.options, call) }
    }
  }

  return async (steps, atomic, call) => {
    if (atomic) {
      throw new LarderError(
        'not-here',
        `An atomic batch needs a cache that lives here alone; this one has the ${title}.`,
      )
    }
    const results: BatchStepResult[] = []
    let room: number = limits.batchAnswer
    for (const step of steps) {
      const result = await run(step, call).catch(failureOf)
      const bytes = hitOf(result)?.value.length ?? 0
      room -= bytes
      results.push(bytes > 0 && room < 0 ? beyondRoom : result)
    }
    return { results, abortedAt: null }
  }
}

function failureOf(error: unknown): BatchStepResult {
  if (error instanceof LarderError && error.code !== 'caching-off' && error.code !== 'cache-off')
    return { op: 'failed', code: error.code, detail: error.message }
  throw error
}

/** The steps that follow may change what a hit shows. */
function kept<L extends Hit | string>(lookup: L): L {
  return typeof lookup === 'string' ? lookup : lasting<Hit>(lookup) as L
}
