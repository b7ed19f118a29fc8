import { expect, it } from 'vitest'
import { exportMost } from '../../src/shared/request-assertions'
import { readWholeLog } from '../../src/shared/whole-log'

/** A server whose log has so many requests, with the ids 1, 2, 3 … */
function serverOf(requests: number) {
  const asked: (number | undefined)[] = []
  return {
    asked,
    async readPage(before = requests + 1) {
      asked.push(before)
      const first = Math.max(1, before - exportMost)
      return Array.from({ length: before - first }, (_, index) => `{"id":${first + index}}\n`).join('')
    },
  }
}

// Red: in src/shared/whole-log.ts push the pages instead of putting them in front.
it.each([
  [0, [1]],
  [3, [4]],
  [exportMost, [exportMost + 1, 1]],
  [2 * exportMost + 5, [2 * exportMost + 6, exportMost + 6, 6]],
])('reads a log of %d requests whole, and in its order', async (requests, asked) => {
  const server = serverOf(requests)
  const found = await readWholeLog(server.readPage)
  const lines = found.pages.join('').split('\n').slice(0, -1)
  const ids = lines.map(line => (JSON.parse(line) as { id: number }).id)
  expect(server.asked).toEqual(asked)
  expect(found.requests).toBe(requests)
  expect(ids).toEqual(Array.from({ length: requests }, (_, index) => index + 1))
})
