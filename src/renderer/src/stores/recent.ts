import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useSession } from './session'

/** The id of the palette's command that opens a cache. */
export function cacheCommandId(name: string): string {
  return `cache:${name}:Open`
}

/** Commands that are offered again. */
const most = 5

/**
 * What somebody used last: ids of the palette's commands, the newest first. It ends with the page,
 * as keys of entries may be among them.
 */
export const useRecent = defineStore('recent', () => {
  const session = useSession()
  const ids = shallowRef<readonly string[]>([])

  // Another user is about to see this store.
  watch(() => session.user?.id, () => ids.value = [])

  function note(id: string): void {
    ids.value = [id, ...ids.value.filter(other => other !== id)].slice(0, most)
  }

  return { ids: shallowReadonly(ids), note }
})
