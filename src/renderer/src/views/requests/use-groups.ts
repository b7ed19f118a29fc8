import type { RequestGrouping, RequestGroups } from '@shared/request-groups'
import type { Ref } from 'vue'
import { messageOf } from '@shared/errors'
import { useDocumentVisibility } from '@vueuse/core'
import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../../composables/use-api'

interface Grouped {
  /** Null until they are read, and while nothing is grouped. */
  readonly groups: Readonly<Ref<RequestGroups | null>>
  readonly problem: Readonly<Ref<string>>
}

/** Milliseconds between two readings: the server goes through its whole log for one. */
const interval = 2000
const limit = 200

/**
 * The groups of the requests in the server's log, counted there: over all that it holds, also what
 * was too fast for this page. Read anew every two seconds unless the list is held.
 */
export function useGroups(
  by: Readonly<Ref<RequestGrouping | 'none'>>,
  filter: Readonly<Ref<string>>,
  held: Readonly<Ref<boolean>>,
): Grouped {
  const { client } = useApi()
  const groups = shallowRef<RequestGroups | null>(null)
  const problem = shallowRef('')
  const visibility = useDocumentVisibility()
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0

  async function read(mine: number): Promise<void> {
    clearTimeout(timer)
    if (by.value === 'none')
      return
    try {
      const now = await client['requests.groups']({ by: by.value, filter: filter.value, limit })
      if (mine !== turn)
        return
      groups.value = now
      problem.value = ''
    }
    catch (error) {
      if (mine !== turn)
        return
      problem.value = messageOf(error)
    }
    timer = setTimeout(again, interval, mine)
  }

  function again(mine: number): void {
    if (held.value || visibility.value === 'hidden')
      timer = setTimeout(again, interval, mine)
    else
      void read(mine)
  }

  watch([by, filter], ([now], [before]) => {
    if (now !== before)
      groups.value = null
    void read(++turn)
  })
  if (by.value !== 'none')
    void read(++turn)
  onScopeDispose(() => {
    clearTimeout(timer)
    turn++
  })
  return { groups: shallowReadonly(groups), problem: shallowReadonly(problem) }
}
