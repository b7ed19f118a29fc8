import type { OperationInput } from '@shared/operations'
import type { Key, KeyWithSecret } from '@shared/schemas'
import { KeyCreate, KeyUpdate } from '@shared/schemas'
import { parseInput } from '@shared/validation'
import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { useSession } from './session'

/** The signed-in user's API keys. Secrets are only passed on and never stored here. */
export const useKeys = defineStore('keys', () => {
  const { client } = useApi()
  const session = useSession()
  const list = shallowRef<readonly Key[]>([])
  const loaded = shallowRef(false)
  let reads = 0

  // Another user is about to see this store.
  watch(() => session.user?.id, () => {
    reads++
    list.value = []
    loaded.value = false
  })

  /** Throws the errors of `keys.list`. Of overlapping reads the latest is kept. */
  async function read(): Promise<void> {
    const turn = ++reads
    const keys = await client['keys.list']()
    if (turn !== reads)
      return
    list.value = keys
    loaded.value = true
  }

  /** Throws LarderError `invalid-input` with its fields. */
  async function create(input: OperationInput<'keys.create'>): Promise<KeyWithSecret> {
    parseInput(KeyCreate, input)
    return await then(read, client['keys.create'](input))
  }

  /** Throws LarderError `invalid-input` with its fields, `key-not-found`. */
  async function update(input: OperationInput<'keys.update'>): Promise<Key> {
    parseInput(KeyUpdate, input)
    return await then(read, client['keys.update'](input))
  }

  /** Throws LarderError `key-not-found`. `overlap` in seconds. */
  function rotate(id: string, overlap: number): Promise<KeyWithSecret> {
    return then(read, client['keys.rotate']({ id, overlap }))
  }

  /** Throws LarderError `key-not-found`. */
  function revoke(id: string): Promise<void> {
    return then(read, client['keys.revoke']({ id }))
  }

  /** Throws LarderError `key-not-found`, `secret-unavailable`, `vault-unavailable`. */
  function reveal(id: string): Promise<KeyWithSecret> {
    return client['keys.reveal']({ id })
  }

  return { list: shallowReadonly(list), loaded: shallowReadonly(loaded), read, create, update, rotate, revoke, reveal }
})

/**
 * Returns the result of a change after reading the list again. The change is done even if that read
 * fails, because a new secret must not be lost.
 */
async function then<T>(read: () => Promise<void>, change: Promise<T>): Promise<T> {
  const outcome = await change
  await read().catch(() => {})
  return outcome
}
