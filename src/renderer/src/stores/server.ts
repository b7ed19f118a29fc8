import type { ServerStatistics } from '@shared/schemas'
import { defineStore } from 'pinia'
import { computed, shallowReadonly, shallowRef } from 'vue'
import { useApi } from '../composables/use-api'
import { createQueue } from '../queue'

/** The server as a whole: the global switch and the totals over all caches. */
export const useServer = defineStore('server', () => {
  const { client } = useApi()
  const statistics = shallowRef<ServerStatistics | null>(null)
  const moving = shallowRef<{ enabled: boolean } | null>(null)
  const inTurn = createQueue()
  let reads = 0

  /** The position of the switch, even while the change is under way; null until the first read. */
  const enabled = computed(() => moving.value?.enabled ?? statistics.value?.enabled ?? null)
  /** Whether the server has confirmed that it is off, so that it refuses requests of apps. */
  const isOff = computed(() => statistics.value?.enabled === false)

  /**
   * What people should know about the data folder: that it cannot be written, or that a database in
   * it was damaged when the server started. Null if all is well.
   */
  const storageTrouble = computed(() => {
    const { failing = [], setAside = [] } = statistics.value ?? {}
    return failing.length > 0 ? troubleOf(failing) : setAside.join(' ') || null
  })

  /** Throws the errors of `stats.get`. Of overlapping reads the latest is kept. */
  async function read(): Promise<ServerStatistics> {
    const turn = ++reads
    const next = await client['stats.get']()
    if (turn === reads)
      statistics.value = next
    return next
  }

  /**
   * Shows at once that the switch was moved, here or elsewhere, because a read that is under way
   * may return the old state.
   */
  function switched(now: boolean): void {
    reads++
    if (statistics.value)
      statistics.value = { ...statistics.value, enabled: now }
  }

  /** Forgets everything, because another user is about to sign in. */
  function forget(): void {
    reads++
    statistics.value = null
  }

  /** Throws LarderError `admin-only`; the switch is then back in its old state. */
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

  return { statistics: shallowReadonly(statistics), enabled, isOff, storageTrouble, read, switched, forget, setEnabled }
})

function troubleOf(failing: readonly string[]): string {
  const start = 'Larder cannot write to its data folder. '
  return failing.includes('metadata')
    ? `${start}Switches and entries work until it ends; other changes are refused`
    : `${start}Entries of persistent caches stay in memory until it can`
}
