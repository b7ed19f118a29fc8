import { useEventListener } from '@vueuse/core'
import { useRouter } from 'vue-router'
import { screens } from '../screens'
import { useDialogs } from '../stores/dialogs'
import { useSession } from '../stores/session'
import { useShortcutList, useShortcuts } from '../stores/shortcuts'
import { useOpenPalette } from './use-open-palette'
import { useOpenShortcuts } from './use-open-shortcuts'

/** Milliseconds in which the second key of two has to come. */
const patience = 1200

/** Listens for the shortcuts of all that is shown, and brings those of the shell itself. */
export function useShellShortcuts(): void {
  const router = useRouter()
  const session = useSession()
  const dialogs = useDialogs()
  const shortcuts = useShortcutList()
  let prefix = ''
  let prefixAt = 0

  useShortcuts([
    { keys: 'mod+k', label: 'Command palette', run: useOpenPalette() },
    { keys: '?', label: 'Keyboard shortcuts', run: useOpenShortcuts() },
    ...screens.flatMap(({ name, title, key }) =>
      key ? [{ keys: `g ${key}`, label: `Go to ${title}`, run: () => void router.push({ name }) }] : []),
  ])

  useEventListener(window, 'keydown', (event) => {
    if (event.defaultPrevented
      || event.isComposing
      || event.repeat
      || event.altKey
      || dialogs.open.length > 0
      || session.phase !== 'signed-in') {
      return
    }
    const command = event.ctrlKey || event.metaKey
    if (!command && (!shortcuts.singleKeys || isInEditable(event)))
      return
    const pressed = command ? `mod+${event.key.toLowerCase()}` : event.key
    const keys = prefix !== '' && event.timeStamp - prefixAt < patience ? `${prefix} ${pressed}` : pressed
    // What was added last belongs to what is nearest.
    const found = shortcuts.list.findLast(shortcut => shortcut.keys === keys)
    prefix = found || !shortcuts.list.some(shortcut => shortcut.keys.startsWith(`${pressed} `)) ? '' : pressed
    prefixAt = event.timeStamp
    if (!found)
      return
    event.preventDefault()
    found.run()
  })
}

/** Where keys are text, or choose from a list by its letters. */
const editable = [
  'input:not([type=checkbox])',
  'textarea',
  'select',
  '[contenteditable]',
  '[role=menu]',
  '[role=listbox]',
  '[role=tree]',
  '[role=grid]',
].join(', ')

/**
 * The target that the window is told of is the host of the shadow root in which a key was pressed:
 * the path alone leads to the editor inside.
 */
function isInEditable(event: KeyboardEvent): boolean {
  return event.composedPath().some(node => node instanceof Element && node.matches(editable))
}
