import { useEventListener } from '@vueuse/core'
import { useRouter } from 'vue-router'
import { screens } from '../screens'
import { useDialogs } from '../stores/dialogs'
import { useJobs } from '../stores/jobs'
import { useSession } from '../stores/session'
import { useShortcutList, useShortcuts } from '../stores/shortcuts'
import { useOpenPalette } from './use-open-palette'
import { useOpenShortcuts } from './use-open-shortcuts'

/** Milliseconds within which the second key of a sequence must follow the first. */
const patience = 1200

/** Handles the shortcuts of everything on the screen, and adds those of the shell. */
export function useShellShortcuts(): void {
  const router = useRouter()
  const session = useSession()
  const dialogs = useDialogs()
  const jobs = useJobs()
  const shortcuts = useShortcutList()
  let prefix = ''
  let prefixAt = 0

  useShortcuts([
    { keys: 'mod+k', label: 'Command palette', run: useOpenPalette() },
    { keys: '?', label: 'Keyboard shortcuts', run: useOpenShortcuts() },
    { keys: 'g j', label: 'Show jobs', run: () => void (jobs.shown = true) },
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
    // The shortcut that was added last belongs to the innermost component.
    const found = shortcuts.list.findLast(shortcut => shortcut.keys === keys)
    prefix = found || !shortcuts.list.some(shortcut => shortcut.keys.startsWith(`${pressed} `)) ? '' : pressed
    prefixAt = event.timeStamp
    if (!found)
      return
    event.preventDefault()
    found.run()
  })
}

/** Elements in which keys enter text, or select from a list by letter. */
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
 * For a key pressed inside a shadow root, the event's target at the window is the host of the root.
 * Only the composed path contains the editor inside.
 */
function isInEditable(event: KeyboardEvent): boolean {
  return event.composedPath().some(node => node instanceof Element && node.matches(editable))
}
