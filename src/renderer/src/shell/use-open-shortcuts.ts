import { defineAsyncComponent } from 'vue'
import { useDialogs } from '../stores/dialogs'

const ShortcutsDialog = defineAsyncComponent(() => import('../palette/ShortcutsDialog.vue'))

export function useOpenShortcuts(): () => void {
  const dialogs = useDialogs()
  return () => void dialogs.show(ShortcutsDialog, {})
}
