import type { Ref } from 'vue'
import type { Address } from '../../../composables/use-address'
import { watchDebounced } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { keyOf, keyQuery } from '../../../key-query'
import { useUnsaved } from '../../../stores/unsaved'

/** The entry that is shown beside the list. */
interface Opened {
  /** Id of the row that the person is on; empty if there is none. */
  active: Ref<string>
  /** Key of the entry; empty if none is shown. */
  opened: Ref<string>
  close: () => void
}

/** Milliseconds of rest on a row before its entry is read. */
const rest = 80

/** The entry follows the row, and the address follows the entry, and both follow the address. */
export function useOpened(cache: () => string, address: Address): Opened {
  const { mayLeave } = useUnsaved()
  /** Key of the entry that the address names; empty if it names none. */
  const linked = computed(() => keyOf(address.query.value))
  const active = shallowRef('')
  const opened = shallowRef('')
  show(linked.value)

  function show(key: string): void {
    opened.value = key
    active.value = key === '' ? '' : `entry ${key}`
  }

  // While the person moves through the list, an entry is read only after a short stop on it.
  watchDebounced(active, async (id) => {
    const key = id.startsWith('entry ') ? id.slice('entry '.length) : opened.value
    if (key === opened.value)
      return
    if (await mayLeave())
      opened.value = key
    else
      active.value = `entry ${opened.value}`
  }, { debounce: rest })
  watch(opened, key => address.change(keyQuery(key)))
  watch(linked, async (key) => {
    if (key === opened.value)
      return
    if (await mayLeave())
      show(key)
    else
      address.change(keyQuery(opened.value))
  })
  watch(cache, () => show(linked.value))

  return { active, opened, close: () => show('') }
}
