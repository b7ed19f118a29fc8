import type { OperationInput } from '@shared/operations'
import type { CacheInfo } from '@shared/schemas'
import { CacheCreate, CacheRename } from '@shared/schemas'
import { parseInput } from '@shared/validation'
import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowReadonly, shallowRef } from 'vue'
import { useApi } from '../composables/use-api'
import { createRateMeter } from '../live/rate-meter'
import { createQueue } from '../queue'

/** Seconds over which a cache's requests are averaged, the same as in the server's own rate. */
const rateSpan = 10

/** A cache that somebody saw. Another one may have its name by now. */
type Meant = Pick<CacheInfo, 'name' | 'createdAt'>

/** The signed-in user's caches, as last read from the server. */
export const useCaches = defineStore('caches', () => {
  const { client, events } = useApi()
  const told = shallowRef<readonly CacheInfo[]>([])
  const loaded = shallowRef(false)
  /**
   * Switches whose change is under way. They show the new state, so that a read in between does not
   * flip them back.
   */
  const moving = shallowReactive(new Map<string, { enabled: boolean }>())
  const inTurn = createQueue()
  const meter = createRateMeter(rateSpan)
  /** Requests per second by cache; null until there are two readings. */
  const rates = shallowRef<ReadonlyMap<string, number | null>>(new Map())
  /** New names by former ones, of caches that were renamed while this page was open. */
  const renames = new Map<string, string>()
  let reads = 0

  events.listen((event) => {
    if (event.topic === 'cache.renamed')
      follow(event.payload.from, event.payload.cache)
    if (event.topic === 'cache.created')
      renames.delete(event.payload.cache)
  })

  /** From now on the cache has its new name here, before anybody has read the list again. */
  function follow(from: string, to: string): void {
    renames.set(from, to)
    renames.delete(to)
    // A read that is under way may still have the former name.
    reads++
    told.value = told.value.map(cache => cache.name === from ? { ...cache, name: to } : cache)
  }

  /** What a cache is called now that had this name when something was done with it. */
  function nameNow(name: string): string {
    const next = renames.get(name)
    return next === undefined ? name : nameNow(next)
  }

  const list = computed(() =>
    told.value.map(cache => ({ ...cache, enabled: moving.get(cache.name)?.enabled ?? cache.enabled })))

  /** Throws the errors of `caches.list`. Of overlapping reads the latest wins. */
  async function read(): Promise<void> {
    const turn = ++reads
    const caches = await client['caches.list']()
    if (turn !== reads)
      return
    told.value = caches
    loaded.value = true
    meter.note(
      new Map(caches.map(({ name, statistics }) => [name, statistics.latency.count])),
      performance.now() / 1000,
    )
    rates.value = new Map(caches.map(({ name }) => [name, meter.rate(name)]))
  }

  /** Forgets everything, because another user is about to sign in. */
  function forget(): void {
    reads++
    renames.clear()
    told.value = []
    loaded.value = false
    meter.note(new Map(), 0)
  }

  /** Throws LarderError; the switch is then back in its old state. */
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
  async function create(input: OperationInput<'caches.create'>): Promise<CacheInfo> {
    parseInput(CacheCreate, input)
    const created = await client['caches.create'](input)
    await read()
    return created
  }

  /**
   * Drops all entries of a cache, whatever it is called by now. Returns their number.
   *
   * @param asOf what was stored after this moment stays
   */
  async function clear({ name, createdAt }: Meant, asOf?: string): Promise<number> {
    const only = { createdAt, ...asOf !== undefined && { asOf } }
    const { matched } = await client['caches.flush']({ name: nameNow(name), ...only })
    await read()
    return matched
  }

  /** Throws LarderError `invalid-input` with its fields, `name-taken`, `protected`. */
  async function rename(input: OperationInput<'caches.rename'>): Promise<CacheInfo> {
    const renamed = await client['caches.rename'](parseInput(CacheRename, input))
    follow(input.name, renamed.name)
    return renamed
  }

  /**
   * Deletes a cache, whatever it is called by now, with its entries; those at its backend where
   * that is wanted. Throws LarderError `protected` for the cache `default`, and what the backend
   * answers.
   */
  async function remove({ name, createdAt }: Meant, isBackendCleared = false): Promise<void> {
    const entries = isBackendCleared ? { entries: 'delete' as const } : {}
    await client['caches.delete']({ name: nameNow(name), createdAt, ...entries })
    await read()
  }

  function replace(changed: CacheInfo): void {
    // A read that is under way may return the state before the change.
    reads++
    told.value = told.value.map(cache => cache.name === changed.name ? changed : cache)
  }

  return {
    list,
    loaded: shallowReadonly(loaded),
    rates: shallowReadonly(rates),
    read,
    nameNow,
    forget,
    setEnabled,
    create,
    clear,
    rename,
    remove,
  }
})
