import type { Key, KeyWithSecret } from '@shared/schemas'
import { defineAsyncComponent } from 'vue'
import { formatAgo } from '../../format'
import { useDialogs } from '../../stores/dialogs'
import { useKeys } from '../../stores/keys'
import { useNotices } from '../../stores/notices'

const KeyDialog = defineAsyncComponent(() => import('./KeyDialog.vue'))
const RotateDialog = defineAsyncComponent(() => import('./RotateDialog.vue'))
const SecretDialog = defineAsyncComponent(() => import('./SecretDialog.vue'))

/** Actions on API keys, for every place that offers them. */
export interface KeyActions {
  create: () => void
  edit: (key: Key) => void
  reveal: (key: Key) => void
  rotate: (key: Key) => void
  /** Asks first. */
  revoke: (key: Key) => Promise<void>
}

export function useKeyActions(): KeyActions {
  const keys = useKeys()
  const dialogs = useDialogs()
  const notices = useNotices()

  function showSecret(title: string, key: KeyWithSecret): void {
    dialogs.show(SecretDialog, { title, secret: key.secret, kept: key.kept, formerUntil: key.expiresAt })
  }

  return {
    create: () => void dialogs.show(KeyDialog, { onMade: key => showSecret(`New API key ${key.label}`, key) }),
    edit: key => void dialogs.show(KeyDialog, { apiKey: key }),
    reveal: ({ id }) =>
      void notices.tell(async () =>
        keys.reveal(id).then(key => showSecret(`API key ${key.label}`, { ...key, expiresAt: null }))),
    rotate: key =>
      void dialogs.show(
        RotateDialog,
        { apiKey: key, onRotated: fresh => showSecret(`New secret of ${fresh.label}`, fresh) },
      ),
    async revoke({ id, label, lastUsedAt }) {
      const used = lastUsedAt === null
        ? 'It was never used.'
        : `It was last used ${formatAgo(Date.parse(lastUsedAt), Date.now())}.`
      const agreed = await dialogs.confirm({
        title: `Revoke ${label}?`,
        text: `${used} Apps that send it get 401 at once. This cannot be undone: a new key has another secret.`,
        action: 'Revoke',
      })
      if (agreed)
        await notices.tell(() => keys.revoke(id).then(() => `Revoked ${label}.`))
    },
  }
}
