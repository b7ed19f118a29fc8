import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createBacklog } from '../../../src/main/storage/backlog'

// Red: in src/main/storage/backlog.ts drop the call of `turn`, or the waiting writes in `isBehind`.
it('lets those who wait write one after the other, and only while there is room', async () => {
  let held = 10
  const backlog = createBacklog(() => held >= 10)
  const order: string[] = []
  for (const name of ['a', 'b', 'c']) {
    void backlog.room().then(() => {
      order.push(name)
      held = 10
    })
  }
  await turn()
  expect([order, backlog.isBehind()]).toEqual([[], true])
  for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    held = 0
    expect(backlog.isBehind()).toBe(true)
    backlog.eased()
    await turn()
    await turn()
    expect(order).toEqual(expected)
  }
  held = 0
  expect(backlog.isBehind()).toBe(false)
})
