import type { ServerStatistics } from '@shared/schemas'
import { defineStore } from 'pinia'
import { computed, shallowReadonly, shallowRef } from 'vue'
import { useApi } from '../composables/use-api'
import { createQueue } from '../queue'

/** The server as a whole: the global switch and the figures over all caches. */
export const useServer = defineStore('server', () => {
  const { client } = useApi()
  const statistics = shallowRef<ServerStatistics | null>(null)
  const moving = shallowRef<{ enabled: boolean } | null>(null)
  const inTurn = createQueue()
  let reads = 0

  /** As the switch was moved, be it on its way; null until the first read. */
  const enabled = computed(() => moving.value?.enabled ?? statistics.value?.enabled ?? null)
  /** The server has said so: apps are turned away from now on. */
  const isOff = computed(() => statistics.value?.enabled === false)

  /** Throws what `stats.get` throws. Of overlapping reads the latest is kept. */
  async function read(): Promise<ServerStatistics> {
    const turn = ++reads
    const next = await client['stats.get']()
    if (turn === reads)
      statistics.value = next
    return next
  }

  /**
   * The switch was moved, here or elsewhere: shown at once, whatever a read that is under way has
   * seen before.
   */
  function switched(now: boolean): void {
    reads++
    if (statistics.value)
      statistics.value = { ...statistics.value, enabled: now }
  }

  /** Another user is about to look. */
  function forget(): void {
    reads++
    statistics.value = null
  }

  /** Throws LarderError `admin-only`; then the switch is back where it was. */
  async function setEnabled(wanted: boolean): Promise<void> {
    const wish = { enabled: wanted }
    moving.value = wish
    try {
      await inTurn(() => client['switch.set'](wish))
      await read()
    }
    finally {
      if (moving.value === wish)
        moving.value = null
    }
  }

  return { statistics: shallowReadonly(statistics), enabled, isOff, read, switched, forget, setEnabled }
})
