import type { ConnectionInfo, ConnectionResult } from '@shared/connections/schemas'
import type { OperationInput } from '@shared/operations'
import { ConnectionCreate, ConnectionUpdate } from '@shared/connections/schemas'
import { LarderError } from '@shared/errors'
import { parseInput } from '@shared/validation'
import { defineStore } from 'pinia'
import { computed, shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { useSession } from './session'

/**
 * The connections of this server, which only administrators see; the names of those that are
 * offered are for everybody. Secrets are only passed on.
 */
export const useConnections = defineStore('connections', () => {
  const { client } = useApi()
  const session = useSession()
  const list = shallowRef<readonly ConnectionInfo[]>([])
  const loaded = shallowRef(false)
  const offered = shallowRef<readonly string[]>([])
  const isAdmin = computed(() => session.user?.admin === true)
  /** The names that the user may choose for caches. */
  const choices = computed(() => isAdmin.value ? list.value.map(({ name }) => name) : offered.value)
  const mayChoose = computed(() => isAdmin.value || offered.value.length > 0)
  let reads = 0

  // Another user is about to see this store, or the same user with other rights.
  watch([() => session.user?.id, () => session.user?.admin], () => {
    reads++
    list.value = []
    offered.value = []
    loaded.value = false
  })

  /** Throws LarderError `admin-only`. Of overlapping reads the latest is kept. */
  async function read(): Promise<void> {
    const turn = ++reads
    const connections = await client['connections.list']()
    if (turn !== reads)
      return
    list.value = connections
    loaded.value = true
  }

  /** Administrators have read all of them, or do so now. */
  async function readChoices(): Promise<void> {
    if (isAdmin.value)
      return loaded.value ? undefined : await read()
    const turn = ++reads
    const found = await client['connections.offered']()
    if (turn === reads)
      offered.value = found.map(({ name }) => name)
  }

  /** Throws LarderError `invalid-input` with its fields, also if the name is taken. */
  async function create(input: OperationInput<'connections.create'>): Promise<ConnectionInfo> {
    parseInput(ConnectionCreate, input)
    try {
      return await client['connections.create'](input)
    }
    catch (error) {
      if (error instanceof LarderError && error.code === 'name-taken') {
        const { message } = error
        throw new LarderError('name-taken', message, { cause: error, errors: [{ field: 'name', message }] })
      }
      throw error
    }
    finally {
      await read()
    }
  }

  /** Throws LarderError `invalid-input` with its fields. */
  async function update(input: OperationInput<'connections.update'>): Promise<ConnectionInfo> {
    parseInput(ConnectionUpdate, input)
    const updated = await client['connections.update'](input)
    await read()
    return updated
  }

  async function remove(name: string): Promise<void> {
    await client['connections.delete']({ name })
    reads++
    list.value = list.value.filter(connection => connection.name !== name)
  }

  function test(input: OperationInput<'connections.test'>): Promise<ConnectionResult> {
    return client['connections.test'](input)
  }

  return {
    list: shallowReadonly(list),
    loaded: shallowReadonly(loaded),
    choices,
    mayChoose,
    read,
    readChoices,
    create,
    update,
    remove,
    test,
  }
})
