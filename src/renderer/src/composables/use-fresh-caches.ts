import type { Ref } from 'vue'
import { useCaches } from '../stores/caches'
import { useLive } from '../stores/live'
import { useResource } from './use-resource'

/** Keeps the store of caches fresh, as `useResource` does. */
export function useFreshCaches(): Readonly<Ref<string>> {
  const caches = useCaches()
  const live = useLive()
  return useResource({ read: caches.read, loaded: () => caches.loaded, also: () => live.seconds })
}
