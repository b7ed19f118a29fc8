import type { Ref } from 'vue'
import { shallowReadonly, shallowRef } from 'vue'
import { keyVariable } from '../snippets/request'
import { useNotices } from '../stores/notices'
import { useApi } from './use-api'

interface OwnKey {
  /** Whether the commands already contain the key. */
  readonly shown: Readonly<Ref<boolean>>
  /** Returns the command with the key; until `show`, it reads the key from the environment. */
  putIn: (command: string) => string
  /** Inserts the key, only on request because screens are shared. A failure shows a notice. */
  show: () => void
}

/**
 * Finds an API key of the signed-in user that has the scope in the cache, for an example that can
 * be run unchanged.
 */
export function useOwnKey(scope: 'read' | 'write', cache: () => string): OwnKey {
  const { client } = useApi()
  const notices = useNotices()
  const secret = shallowRef<string | null>(null)
  const shown = shallowRef(false)

  function show(): void {
    void notices.tell(async () => {
      const keys = await client['keys.list']()
      const key = keys.find(({ scopes, caches, expiresAt }) =>
        (scopes.includes(scope) || scopes.includes('admin'))
        && (caches === null || caches.includes(cache()))
        && expiresAt === null)
      if (!key)
        throw new Error(`None of your API keys may ${scope} in ${cache()}.`)
      secret.value = (await client['keys.reveal']({ id: key.id })).secret
      shown.value = true
    })
  }

  return {
    shown: shallowReadonly(shown),
    putIn: command => command.replace(`$${keyVariable}`, name => secret.value ?? name),
    show,
  }
}
