import type { OperationInput } from '@shared/operations'
import type { User } from '@shared/schemas'
import { LarderError } from '@shared/errors'
import { UserCreate, UserUpdate } from '@shared/schemas'
import { parseInput } from '@shared/validation'
import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { useSession } from './session'

/** Users of this server. Listing, making and deleting them is for administrators. */
export const useUsers = defineStore('users', () => {
  const { client } = useApi()
  const session = useSession()
  const list = shallowRef<readonly User[]>([])
  const loaded = shallowRef(false)
  let reads = 0

  // Another user is about to look, or the same one with other rights.
  watch([() => session.user?.id, () => session.user?.admin], () => {
    reads++
    list.value = []
    loaded.value = false
  })

  /** Throws LarderError `admin-only`. Of overlapping reads the latest is kept. */
  async function read(): Promise<void> {
    const turn = ++reads
    const users = await client['users.list']()
    if (turn !== reads)
      return
    list.value = users
    loaded.value = true
  }

  /** Throws LarderError `invalid-input` with its fields, which a name that is taken becomes too. */
  async function create(input: OperationInput<'users.create'>): Promise<User> {
    parseInput(UserCreate, input)
    const created = await taking(client['users.create'](input))
    await read()
    return created
  }

  /** Throws LarderError `invalid-input` as `create`, `admin-only`, `protected`. */
  async function update(input: OperationInput<'users.update'>): Promise<User> {
    parseInput(UserUpdate, input)
    const updated = await taking(client['users.update'](input))
    list.value = list.value.map(user => user.id === updated.id ? updated : user)
    if (updated.id === session.user?.id)
      await session.refresh()
    return updated
  }

  /** Throws LarderError `user-not-found`, `admin-only`, `protected`. */
  async function remove(id: string): Promise<void> {
    await client['users.delete']({ id })
    // A read that is under way may have seen the user still.
    reads++
    list.value = list.value.filter(user => user.id !== id)
  }

  return { list: shallowReadonly(list), loaded: shallowReadonly(loaded), read, create, update, remove }
})

/** `name-taken` is about a field, and is told beside it. */
async function taking<T>(change: Promise<T>): Promise<T> {
  try {
    return await change
  }
  catch (error) {
    if (error instanceof LarderError && error.code === 'name-taken') {
      throw new LarderError(
        'name-taken',
        error.message,
        { cause: error, errors: [{ field: 'name', message: error.message }] },
      )
    }
    throw error
  }
}
