import type { CacheInfo } from '@shared/schemas'
import type { ComputedRef } from 'vue'
import { computed } from 'vue'
import { useContact } from '../../stores/contact'
import { useServer } from '../../stores/server'

/** Returns why nothing can be stored in the cache now, as a sentence; empty if something can. */
export function useWritingStop(cache: () => CacheInfo | undefined): ComputedRef<string> {
  const contact = useContact()
  const server = useServer()
  return computed(() => {
    if (contact.lost)
      return 'Nothing can be changed while the server does not answer.'
    if (server.isOff)
      return 'Nothing can be changed while all caching is off.'
    return cache()?.enabled !== false ? '' : 'Nothing can be changed while this cache is off.'
  })
}
