import type { OperationInput } from '@shared/operations'
import type { SnapshotInfo } from '@shared/snapshots'
import { defineStore } from 'pinia'
import { shallowReactive, shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { download } from '../download'
import { readInParts } from '../jobs/read-in-parts'
import { useSession } from './session'

/** The signed-in user's snapshots. */
export const useSnapshots = defineStore('snapshots', () => {
  const { client } = useApi()
  const session = useSession()
  const list = shallowRef<readonly SnapshotInfo[]>([])
  const loaded = shallowRef(false)
  /** The part that has been read of the files that are being downloaded, by name. */
  const reading = shallowReactive(new Map<string, number>())
  let reads = 0

  // Another user is about to see this store.
  watch(() => session.user?.id, () => {
    reads++
    list.value = []
    loaded.value = false
  })

  /** Throws the errors of `snapshots.list`. Of overlapping reads the latest is kept. */
  async function read(): Promise<void> {
    const turn = ++reads
    const snapshots = await client['snapshots.list']()
    if (turn !== reads)
      return
    list.value = snapshots
    loaded.value = true
  }

  /** Throws LarderError `snapshot-not-found`. */
  async function remove(input: OperationInput<'snapshots.delete'>): Promise<void> {
    await client['snapshots.delete'](input)
    reads++
    list.value = list.value.filter(({ name }) => name !== input.name)
  }

  /** Saves its file, and returns the name of that. Throws LarderError `snapshot-not-found`. */
  async function save({ name, bytes }: SnapshotInfo): Promise<string> {
    const fileName = `${name}.ndjson`
    reading.set(name, 0)
    try {
      const file = await readInParts(
        from => client['snapshots.read']({ name, from }),
        read => reading.set(name, read / Math.max(read, bytes)),
      )
      download(file, fileName)
      return fileName
    }
    finally {
      reading.delete(name)
    }
  }

  return { list: shallowReadonly(list), loaded: shallowReadonly(loaded), reading, read, remove, save }
})
