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
  const lossRead = shallowRef<string | null>(null)
  const inTurn = createQueue()
  let reads = 0

  /** The position of the switch, even while the change is under way; null until the first read. */
  const enabled = computed(() => moving.value?.enabled ?? statistics.value?.enabled ?? null)
  /** Whether the server has confirmed that it is off, so that it refuses requests of apps. */
  const isOff = computed(() => statistics.value?.enabled === false)

  /** What people should know while the data folder cannot be written; null while it can. */
  const storageTrouble = computed(() => {
    const failing = statistics.value?.failing ?? []
    return failing.length === 0 ? null : troubleOf(failing)
  })

  /** That databases were damaged when the server started; null if none was, or it was read. */
  const loss = computed(() => {
    const sentences = statistics.value?.setAside?.join(' ') ?? null
    return sentences === lossRead.value ? null : sentences
  })

  /** Another start may have another loss to tell of. */
  function hideLoss(): void {
    lossRead.value = loss.value
  }

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

  return {
    statistics: shallowReadonly(statistics),
    enabled,
    isOff,
    storageTrouble,
    loss,
    hideLoss,
    read,
    switched,
    forget,
    setEnabled,
  }
})

function troubleOf(failing: readonly string[]): string {
  const start = 'Larder cannot write to its data folder. '
  return failing.includes('metadata')
    ? `${start}Switches and entries work until it ends; other changes are refused`
    : `${start}Entries of persistent caches stay in memory until it can`
}
