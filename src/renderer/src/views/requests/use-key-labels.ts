import type { KnownValue } from '@shared/filter'
import type { Ref } from 'vue'
import type { Api } from '../../api/api'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'

interface KeyLabels {
  /** Returns the label of an API key, or its id if the key is gone or not read yet. */
  labelOf: (id: string) => string
  /** Ids with their labels, for completion. */
  known: Readonly<Ref<readonly KnownValue[]>>
}

/** The labels of the signed-in user's API keys, while the calling scope exists. */
export function useKeyLabels({ client, events }: Pick<Api, 'client' | 'events'>): KeyLabels {
  const labels = shallowRef<ReadonlyMap<string, string>>(new Map())
  const known = computed(() => [...labels.value].map(([text, summary]) => ({ text, summary })))

  async function read(): Promise<void> {
    try {
      labels.value = new Map((await client['keys.list']()).map(({ id, label }) => [id, label]))
    }
    catch {
      // The ids are shown instead until the next event or connection.
    }
  }

  watch(events.connected, () => void read(), { immediate: true })
  onScopeDispose(events.listen(({ topic }) => {
    if (topic === 'keys')
      void read()
  }))
  return { labelOf: id => labels.value.get(id) ?? id, known }
}
