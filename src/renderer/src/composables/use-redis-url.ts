import type { ComputedRef } from 'vue'
import { computed } from 'vue'
import { useSettings } from '../stores/settings'
import { useResource } from './use-resource'

/** Where this server speaks the Redis protocol; null if it does not, and before that is known. */
export function useRedisUrl(): ComputedRef<string | null> {
  const settings = useSettings()
  // It stays as it is while the server runs.
  const isLoaded = (): boolean => settings.current !== null
  useResource({ read: async () => isLoaded() || await settings.read(), loaded: isLoaded, topics: [] })
  return computed(() => settings.current?.redis ?? null)
}
