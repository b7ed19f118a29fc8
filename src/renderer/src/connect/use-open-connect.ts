import { defineAsyncComponent } from 'vue'
import { useRoute } from 'vue-router'
import { useDialogs } from '../stores/dialogs'

const ConnectDialog = defineAsyncComponent(() => import('./ConnectDialog.vue'))

/** Shows how an app reaches the cache that is open, or `default`. */
export function useOpenConnect(): () => void {
  const dialogs = useDialogs()
  const route = useRoute()
  return () =>
    void dialogs.show(ConnectDialog, { first: typeof route.params.name === 'string' ? route.params.name : 'default' })
}
