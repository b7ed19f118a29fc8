import { defineAsyncComponent } from 'vue'
import { useDialogs } from '../stores/dialogs'

const CommandPalette = defineAsyncComponent(() => import('./CommandPalette.vue'))

/** Opens the palette with caches and keys of entries alone, unless something is open. */
export function useOpenSwitcher(): () => void {
  const dialogs = useDialogs()
  return () => {
    if (dialogs.open.length === 0)
      dialogs.show(CommandPalette, { caches: true })
  }
}
