import type { OperationInput, OperationOutput } from '../../../shared/operations'
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowReadonly, shallowRef } from 'vue'
import { CacheCreate } from '../../../shared/schemas'
import { parseInput } from '../../../shared/validation'
import { useApi } from '../composables/use-api'
import { createQueue } from '../queue'

export type Cache = OperationOutput<'caches.list'>[number]

/** The signed-in user's caches, as the server last told. */
export const useCaches = defineStore('caches', () => {
  const { client } = useApi()
  const told = shallowRef<readonly Cache[]>([])
  const loaded = shallowRef(false)
  /** Switches that are on their way: shown as wanted, so that a read in between does not flip them back. */
  const moving = shallowReactive(new Map<string, { enabled: boolean }>())
  const inTurn = createQueue()
  let reads = 0

  const list = computed(() => told.value.map(cache => ({ ...cache, enabled: moving.get(cache.name)?.enabled ?? cache.enabled })))

  /** Throws what `caches.list` throws. Of overlapping reads the latest wins. */
  async function read(): Promise<void> {
    const turn = ++reads
    const caches = await client['caches.list']()
    if (turn !== reads)
      return
    told.value = caches
    loaded.value = true
  }

  /** Throws LarderError; then the switch is back where it was. */
  async function setEnabled(name: string, enabled: boolean): Promise<void> {
    const wish = { enabled }
    moving.set(name, wish)
    try {
      replace(await inTurn(() => client['caches.update']({ name, enabled })))
    }
    finally {
      if (moving.get(name) === wish)
        moving.delete(name)
    }
  }

  /** Throws LarderError `invalid-input` with its fields, `name-taken`. */
  async function create(input: OperationInput<'caches.create'>): Promise<Cache> {
    parseInput(CacheCreate, input)
    const created = await client['caches.create'](input)
    await read()
    return created
  }

  /** Drops all entries of a cache. Returns how many that were. */
  async function clear(name: string): Promise<number> {
    const { matched } = await client['caches.flush']({ name })
    await read()
    return matched
  }

  function replace(changed: Cache): void {
    // A read that is under way may have seen the state before.
    reads++
    told.value = told.value.map(cache => cache.name === changed.name ? changed : cache)
  }

  return { list, loaded: shallowReadonly(loaded), read, setEnabled, create, clear }
})
