import { expect, it } from 'vitest'
import { createPlaces } from '../../../src/main/upstreams/places'

const turn = async (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Whether each of them is in by now. */
async function areIn(entries: Promise<unknown>[]): Promise<boolean[]> {
  await turn()
  await turn()
  const late = turn().then(() => false)
  return await Promise.all(entries.map(entry => Promise.race([entry.then(() => true, () => false), late])))
}

// Red: in src/main/upstreams/places.ts leave out `isLeft`, `taken--`, or `waiting.delete`.
it('lets so many in, and the next in their order as places are given back', async () => {
  const places = createPlaces(2)
  const quiet = new AbortController().signal
  const gone = new AbortController()
  const [first, second, third, fourth, fifth] = [quiet, quiet, gone.signal, quiet, quiet].map(places.enter)
  const all = [first, second, third, fourth, fifth] as Promise<() => void>[]
  third?.catch(() => {})
  expect(await areIn(all)).toEqual([true, true, false, false, false])
  gone.abort()
  await expect(third).rejects.toThrow()
  const leave = await first
  leave?.()
  leave?.()
  expect(await areIn(all)).toEqual([true, true, false, true, false])
  for (const one of [second, fourth])
    (await one)?.()
  expect(await areIn(all)).toEqual([true, true, false, true, true])
  ;(await fifth)?.()
  await turn()
  const later = [quiet, quiet, quiet].map(places.enter)
  expect(await areIn(later)).toEqual([true, true, false])
})

it('lets nobody in who has gone already', async () => {
  await expect(createPlaces(1).enter(AbortSignal.abort())).rejects.toThrow()
})
