import type { KnownValue } from '@shared/filter'
import type { Ref } from 'vue'
import type { Api } from '../../api/api'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'

interface KeyLabels {
  /** The label of an API key; its id where it is gone, or not read yet. */
  labelOf: (id: string) => string
  /** Ids with their labels, for completion. */
  known: Readonly<Ref<readonly KnownValue[]>>
}

/** What the signed-in user's API keys are called, as long as the calling scope lives. */
export function useKeyLabels({ client, events }: Pick<Api, 'client' | 'events'>): KeyLabels {
  const labels = shallowRef<ReadonlyMap<string, string>>(new Map())
  const known = computed(() => [...labels.value].map(([text, summary]) => ({ text, summary })))

  async function read(): Promise<void> {
    try {
      labels.value = new Map((await client['keys.list']()).map(({ id, label }) => [id, label]))
    }
    catch {
      // The ids stand for them until the next event or connection.
    }
  }

  watch(events.connected, () => void read(), { immediate: true })
  onScopeDispose(events.listen(({ topic }) => {
    if (topic === 'keys')
      void read()
  }))
  return { labelOf: id => labels.value.get(id) ?? id, known }
}
