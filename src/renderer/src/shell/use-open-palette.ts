import { defineAsyncComponent } from 'vue'
import { useDialogs } from '../stores/dialogs'

const CommandPalette = defineAsyncComponent(() => import('../palette/CommandPalette.vue'))

/** Opens the palette, but never twice, even if it takes a moment to load. */
export function useOpenPalette(): () => void {
  const dialogs = useDialogs()
  return () => {
    if (dialogs.open.length === 0)
      dialogs.show(CommandPalette, {})
  }
}
