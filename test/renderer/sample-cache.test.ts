import { expect, it } from 'vitest'
import { sampleEntries } from '../../src/renderer/src/sample-cache'
import { Batch } from '../../src/shared/entries'
import { limits } from '../../src/shared/limits'
import { parseInput } from '../../src/shared/validation'

it('has a few dozen entries of many kinds, each with a key of its own', () => {
  const { operations } = parseInput(Batch, { operations: sampleEntries() })
  expect(operations.length).toBeGreaterThan(24)
  expect(operations.length).toBeLessThan(limits.batchOperations)
  expect(new Set(operations.map(({ key }) => key)).size).toBe(operations.length)
  expect(
    new Set(operations.map(operation => 'contentType' in operation ? operation.contentType : operation.op)).size,
  ).toBeGreaterThan(7)
})
