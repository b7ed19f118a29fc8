import type { KnownValue } from '@shared/filter'
import type { Ref } from 'vue'
import { computed, shallowRef } from 'vue'
import { useApi } from '../../composables/use-api'
import { useResource } from '../../composables/use-resource'

interface KeyLabels {
  /** The label of an API key; its id where it is gone, or not read yet. */
  labelOf: (id: string) => string
  /** Ids with their labels, for completion. */
  known: Readonly<Ref<readonly KnownValue[]>>
}

/** What the signed-in user's API keys are called, as long as the calling scope lives. */
export function useKeyLabels(): KeyLabels {
  const { client } = useApi()
  const labels = shallowRef<ReadonlyMap<string, string>>(new Map())
  const known = computed(() => [...labels.value].map(([text, summary]) => ({ text, summary })))

  useResource({
    read: async () => labels.value = new Map((await client['keys.list']()).map(({ id, label }) => [id, label])),
    // The ids stand for the labels until they are read.
    loaded: () => true,
    topics: ['keys'],
  })
  return { labelOf: id => labels.value.get(id) ?? id, known }
}
