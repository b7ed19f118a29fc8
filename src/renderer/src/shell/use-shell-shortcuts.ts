import { useEventListener } from '@vueuse/core'
import { useRouter } from 'vue-router'
import { screens } from '../screens'
import { useDialogs } from '../stores/dialogs'
import { useJobs } from '../stores/jobs'
import { useSession } from '../stores/session'
import { pressedKey, useShortcutList, useShortcuts } from '../stores/shortcuts'
import { createTypedAhead } from './typed-ahead'
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
  const ahead = createTypedAhead()
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
      || session.phase === 'signed-out') {
      return
    }
    const command = event.ctrlKey || event.metaKey
    if (!command && (!shortcuts.singleKeys || isInEditable(event)))
      return
    if (!command) {
      const verdict = ahead.read(event.key, event.timeStamp)
      if (verdict === 'text')
        event.preventDefault()
      if (verdict !== 'shortcut')
        return
    }
    // Who is still signing in may already type for the screen that comes.
    if (session.phase !== 'signed-in') {
      if (event.key === '/')
        wait(event)
      return
    }
    const pressed = command ? `mod+${event.key.toLowerCase()}` : pressedKey(event)
    const keys = prefix !== '' && event.timeStamp - prefixAt < patience ? `${prefix} ${pressed}` : pressed
    // The shortcut that was added last belongs to the innermost component.
    const found = shortcuts.list.findLast(shortcut => shortcut.keys === keys)
    prefix = found || !shortcuts.list.some(shortcut => shortcut.keys.startsWith(`${pressed} `)) ? '' : pressed
    prefixAt = event.timeStamp
    if (found) {
      event.preventDefault()
      found.run()
    }
    else if (prefix === '' && !command) {
      ahead.stray(event.key, event.timeStamp)
    }
    if (pressed === '/' && !focusedField())
      wait(event)
  })
  // Who does something else no longer waits for a filter.
  useEventListener(window, 'pointerdown', ahead.end)

  function wait(event: KeyboardEvent): void {
    event.preventDefault()
    ahead.begin(event.timeStamp)
    requestAnimationFrame(handOver)
  }

  /** Gives the filter what was typed for it, as soon as there is one. */
  function handOver(): void {
    const text = ahead.waiting(performance.now())
    if (text === null || dialogs.open.length > 0)
      return ahead.end()
    const filter = shortcuts.list.findLast(shortcut => shortcut.keys === '/')
    filter?.run()
    const field = filter && focusedField()
    if (!field)
      return void requestAnimationFrame(handOver)
    ahead.end()
    field.setRangeText(text, field.value.length, field.value.length, 'end')
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  }
}

function focusedField(): HTMLInputElement | null {
  return document.activeElement instanceof HTMLInputElement ? document.activeElement : null
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
