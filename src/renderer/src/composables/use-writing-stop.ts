import type { ComputedRef } from 'vue'
import { computed } from 'vue'
import { useCaches } from '../stores/caches'
import { useContact } from '../stores/contact'
import { useServer } from '../stores/server'

/**
 * Returns why nothing can be stored now in the cache that had this name, as a sentence; empty if
 * something can.
 */
export function useWritingStop(cache: () => string): ComputedRef<string> {
  const caches = useCaches()
  const contact = useContact()
  const server = useServer()
  return computed(() => {
    if (contact.lost)
      return 'Nothing can be changed while the server does not answer.'
    if (server.isOff)
      return 'Nothing can be changed while all caching is off.'
    const isOff = caches.list.some(({ name, enabled }) => name === caches.nameNow(cache()) && !enabled)
    return isOff ? 'Nothing can be changed while this cache is off.' : ''
  })
}
