import type { ConnectionInfo } from '@shared/connections/schemas'
import { defineAsyncComponent } from 'vue'
import { formatCount } from '../../format'
import { useConnections } from '../../stores/connections'
import { useDialogs } from '../../stores/dialogs'
import { useNotices } from '../../stores/notices'

interface ConnectionActions {
  create: () => void
  edit: (connection: ConnectionInfo) => void
  test: (connection: ConnectionInfo) => Promise<void>
  /** Asks first. One that caches use stays: then it says which. */
  remove: (connection: ConnectionInfo) => Promise<void>
}

const ConnectionDialog = defineAsyncComponent(() => import('./ConnectionDialog.vue'))

const InUseDialog = defineAsyncComponent(() => import('./InUseDialog.vue'))

/** What an administrator does with connections; each action reports its result. */
export function useConnectionActions(): ConnectionActions {
  const connections = useConnections()
  const dialogs = useDialogs()
  const notices = useNotices()

  return {
    create: () => dialogs.show(ConnectionDialog, {}),
    edit: connection => dialogs.show(ConnectionDialog, { connection }),
    async test({ name }) {
      await notices.tell(async () => {
        const result = await connections.test({ name })
        if (!result.ok)
          throw new Error(`${name} does not work: ${result.message}`)
        return `${name} works: ${result.server}, ${formatCount(Math.max(1, Math.round(result.ms)))} ms.`
      })
    },
    async remove({ name, usedBy: { caches, others } }) {
      if (caches.length > 0 || others > 0) {
        dialogs.show(InUseDialog, { connection: name, caches, others })
        return
      }
      const text = `No cache uses ${name}. Its address and its secrets are deleted for good.`
      if (await dialogs.confirm({ title: `Delete the connection ${name}?`, text, action: 'Delete connection' }))
        await notices.tell(() => connections.remove(name).then(() => `Deleted the connection ${name}.`))
    },
  }
}
