import type { KnownValue } from '@shared/filter'
import type { Ref } from 'vue'
import { computed, shallowRef } from 'vue'
import { useApi } from '../../composables/use-api'
import { useResource } from '../../composables/use-resource'

interface KeyLabels {
  /** Returns the label of an API key, or its id if the key is gone or not read yet. */
  labelOf: (id: string) => string
  /** Ids with their labels, for completion. */
  known: Readonly<Ref<readonly KnownValue[]>>
}

/** The labels of the signed-in user's API keys, while the calling scope exists. */
export function useKeyLabels(): KeyLabels {
  const { client } = useApi()
  const labels = shallowRef<ReadonlyMap<string, string>>(new Map())
  const known = computed(() => [...labels.value].map(([text, summary]) => ({ text, summary })))

  useResource({
    read: async () => labels.value = new Map((await client['keys.list']()).map(({ id, label }) => [id, label])),
    // The ids are shown instead until the next event or connection.
    loaded: () => true,
    topics: ['keys'],
  })
  return { labelOf: id => labels.value.get(id) ?? id, known }
}
