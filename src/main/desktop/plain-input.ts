import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'

/**
 * Refuses anything that JSON could not contain: structured cloning allows cycles, maps, dates and
 * buffers, and inputs of any size. So an operation gets the same kinds of input over IPC as over
 * HTTP, and no more of it. Throws LarderError `invalid-input`, `too-large`.
 *
 * @param most bytes, about
 */
export function checkPlainInput(input: unknown, most: number): void {
  const waiting: [value: unknown, depth: number][] = [[input, 1]]
  let size = 0
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, depth] = next
    // A cycle ends here too.
    if (depth > limits.jsonDepth)
      throw new LarderError('invalid-input', `The input is nested deeper than ${limits.jsonDepth} levels.`)
    size += typeof value === 'string' ? value.length : 1
    if (isBranch(value)) {
      for (const key of Object.keys(value)) {
        size += key.length
        waiting.push([value[key], depth + 1])
        if (size + waiting.length > most)
          break
      }
    }
    else if (!isLeaf(value)) {
      throw new LarderError(
        'invalid-input',
        'The input must consist of text, numbers, booleans, null, lists and objects.',
      )
    }
    if (size + waiting.length > most)
      throw new LarderError('too-large', `The input must be at most ${grouped(most)} bytes.`)
  }
}

function isLeaf(value: unknown): boolean {
  return value === null
    || value === undefined
    || typeof value === 'string'
    || typeof value === 'boolean'
    || (typeof value === 'number' && Number.isFinite(value))
}

function isBranch(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null)
    return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}
