import type { Hit, Layer, Lookup, ServedCache } from '../../../src/main/serving/ports'
import { Buffer } from 'node:buffer'
import { expect, it } from 'vitest'
import { callOf, setUp } from './setup'

interface Probe extends Layer { log: string[] }

/**
 * A layer that wraps reads and writes, at once or later, and logs its calls. It applies if the
 * number of entries is limited.
 */
function probe(name: string, later = false, log: string[] = []): Probe {
  return {
    log,
    applies: ({ maxEntries }) => maxEntries !== null,
    wrap(next, { definition }): ServedCache & { dispose: () => void } {
      log.push(`${name} wraps ${definition.maxEntries}`)
      const when = <T>(work: () => T): T | Promise<Awaited<T>> =>
        later ? Promise.resolve().then(work) as Promise<Awaited<T>> : work()
      return {
        ...next,
        get(key, call) {
          call.marks = [...call.marks, name]
          return when(() => next.get(`${name}.${key}`, call))
        },
        set: (key, value, options, call) => when(() => next.set(`${name}.${key}`, value, options, call)),
        dispose: () => void log.push(`${name} goes ${definition.maxEntries}`),
      }
    },
  }
}

async function textOf(lookup: Lookup | Promise<Lookup>): Promise<string> {
  const found = await lookup
  return typeof found === 'string' ? found : (found satisfies Hit).value.toString()
}

// Red: in src/main/serving/stack.ts wrap `cache` instead of `served`.
it.each([false, true])('asks the last layer first; later: %s', async (later) => {
  const log: string[] = []
  const { serving, engine } = setUp([probe('in', later, log), probe('out', later, log)], { maxEntries: 10 })
  const call = callOf()
  const written = serving.open(call, 'c').set('k', Buffer.from('v'), undefined, call)
  expect(written instanceof Promise).toBe(later)
  await written
  const read = serving.open(call, 'c').get('k', call)
  expect(read instanceof Promise).toBe(later)
  expect(await textOf(read)).toBe('v')
  expect(call.marks).toEqual(['out', 'in'])
  expect(engine.list()[0]?.peek('in.out.k')?.value.toString()).toBe('v')
  expect(log).toEqual(['in wraps 10', 'out wraps 10'])
})

// Red: in src/main/serving/caches.ts drop `held.stack = …`, or `close(before)`, from `configure`.
it('is made anew when its cache is configured, and goes with it', () => {
  const layer = probe('a')
  const { serving, caches, mount, engine } = setUp([layer], { maxEntries: 10 })
  void caches.configure(mount, { maxEntries: 20 })
  expect(serving.open(callOf(), 'c').definition.maxEntries).toBe(20)
  void caches.configure(mount, { maxEntries: null })
  expect(serving.open(callOf(), 'c')).toBe(engine.list()[0])
  void caches.configure(mount, { maxEntries: 5 })
  caches.close(mount.cache.definition.id)
  expect(layer.log).toEqual(['a wraps 10', 'a wraps 20', 'a goes 10', 'a goes 20', 'a wraps 5', 'a goes 5'])
})

// Red: in src/main/serving/caches.ts compose the layers anew in `rename`, or leave out
// `serve(held)` there; in src/main/serving/stack.ts hand out the outermost layer as it is.
it.each([false, true])('stays when its cache is renamed, and knows the new name; with a lease: %s', async (leased) => {
  const layer = probe('a')
  const { serving, caches, mount } = setUp([layer], { maxEntries: 10 })
  if (leased)
    await serving.lease(callOf(), 'c', 'k', { ttl: 30, wait: 0, left: new AbortController().signal })
  caches.rename(mount, 'd')
  expect(serving.open(callOf(), 'd').definition.name).toBe('d')
  expect(layer.log).toEqual(['a wraps 10'])
})

// Red: in src/main/serving/caches.ts pass the layers in reverse order.
it('closes from the outermost layer inwards', async () => {
  const log: string[] = []
  const { caches, mount } = setUp([probe('in', false, log), probe('out', false, log)], { maxEntries: 1 })
  caches.close(mount.cache.definition.id)
  await new Promise(resolve => setImmediate(resolve))
  expect(log.slice(2)).toEqual(['out goes 1', 'in goes 1'])
})

// Red: in src/main/serving/caches.ts drop the `catch` of `close`.
it.each(['throws', 'rejects'])('goes on where a layer that is closed %s', async (how) => {
  const log: string[] = []
  const broken: Layer = {
    applies: () => true,
    wrap: next => ({
      ...next,
      dispose() {
        if (how === 'throws')
          throw new Error('broken')
        return Promise.reject(new Error('broken'))
      },
    }),
  }
  const { caches, mount, errors, serving } = setUp([probe('in', false, log), broken], { maxEntries: 1 })
  void caches.configure(mount, { ttl: 5 })
  expect(serving.open(callOf(), 'c').definition.ttl).toBe(5)
  await new Promise(resolve => setImmediate(resolve))
  expect(errors).toEqual(['A layer of a cache did not close cleanly'])
  expect(log).toContain('in goes 1')
})
