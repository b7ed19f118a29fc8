import type { OperationInput } from '@shared/operations'
import type { Evictions, Settings } from '@shared/schemas'
import { SettingsUpdate } from '@shared/schemas'
import { parseInput } from '@shared/validation'
import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { useSession } from './session'

/** The server's settings, with the state of the vault and information about the server. */
export const useSettings = defineStore('settings', () => {
  const { client } = useApi()
  const session = useSession()
  /** Null until the first read. */
  const current = shallowRef<Settings | null>(null)
  let reads = 0

  // Another user is about to see this store.
  watch(() => session.user?.id, () => {
    reads++
    current.value = null
  })

  /** Throws the errors of `settings.get`. Of overlapping reads the latest is kept. */
  async function read(): Promise<void> {
    const turn = ++reads
    const settings = await client['settings.get']()
    if (turn === reads)
      current.value = settings
  }

  /** What `update` would evict. Throws the same errors. */
  async function preview(change: OperationInput<'settings.update'>): Promise<Evictions> {
    parseInput(SettingsUpdate, change)
    return await client['settings.preview'](change)
  }

  /** Throws LarderError `invalid-input` with its fields, `admin-only`. */
  async function update(change: OperationInput<'settings.update'>): Promise<void> {
    parseInput(SettingsUpdate, change)
    const settings = await client['settings.update'](change)
    // A read that is under way may return the state before the change.
    reads++
    current.value = settings
  }

  return { current: shallowReadonly(current), read, preview, update }
})
