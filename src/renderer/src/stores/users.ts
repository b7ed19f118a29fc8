import type { OperationInput } from '@shared/operations'
import type { User } from '@shared/schemas'
import { LarderError } from '@shared/errors'
import { UserCreate, UserUpdate } from '@shared/schemas'
import { parseInput } from '@shared/validation'
import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { useSession } from './session'

/** The users of this server. Only administrators may list, create and delete them. */
export const useUsers = defineStore('users', () => {
  const { client } = useApi()
  const session = useSession()
  const list = shallowRef<readonly User[]>([])
  const loaded = shallowRef(false)
  let reads = 0

  // Another user is about to see this store, or the same user with other rights.
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

  /** Throws LarderError `invalid-input` with its fields, also if the name is taken. */
  async function create(input: OperationInput<'users.create'>): Promise<User> {
    parseInput(UserCreate, input)
    const created = await taking(client['users.create'](input))
    await read()
    return created
  }

  /** Throws LarderError `invalid-input` as in `create`, `admin-only`, `protected`. */
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
    // A read that is under way may still contain the user.
    reads++
    list.value = list.value.filter(user => user.id !== id)
  }

  return { list: shallowReadonly(list), loaded: shallowReadonly(loaded), read, create, update, remove }
})

/** Turns `name-taken` into an error of the field, which is shown beside it. */
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
