import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startAdministration } from './harness'

// Red: in src/main/admin/snapshots.ts leave `untilRestored` out of `snapshots.save`.
it('a save waits until all entries of its caches are back after a start', async () => {
  const { call, engine } = await startAdministration()
  await call('caches.create', { name: 'a', ttl: null, persistent: true })
  const back = Promise.withResolvers<boolean>()
  const cache = engine.list().find(({ definition }) => definition.name === 'a')
  Object.assign(cache ?? {}, { restoring: { progress: 0.4, done: back.promise } })
  const { id } = await call('snapshots.save', { name: 'whole' })
  await turn()
  expect(await call('jobs.get', { id })).toMatchObject({ state: 'running', matched: 0 })
  back.resolve(true)
  // The fake cache has no entries to give.
  await expect.poll(() => call('jobs.get', { id })).toMatchObject({ state: 'failed' })
})
