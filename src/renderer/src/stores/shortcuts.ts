import { defineStore } from 'pinia'
import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { keepChoice, readChoice } from '../storage'

interface Shortcut {
  /**
   * What is pressed, as `KeyboardEvent.key` has it: `n`, `?`, `g o` (one after the other), `mod+k`
   * (Ctrl or ⌘).
   */
  keys: string
  label: string
  run: () => void
}

/** The shortcuts of what is on the screen now. */
export const useShortcutList = defineStore('shortcuts', () => {
  const list = shallowRef<readonly Shortcut[]>([])
  /** Single keys can be switched off: speech input and slips type them too (WCAG 2.2, 2.1.4). */
  const singleKeys = shallowRef(readChoice('single-keys') !== 'off')
  watch(singleKeys, on => keepChoice('single-keys', on ? null : 'off'))

  /** Returns the function that takes them away. */
  function add(shortcuts: readonly Shortcut[]): () => void {
    list.value = [...list.value, ...shortcuts]
    return () => void (list.value = list.value.filter(shortcut => !shortcuts.includes(shortcut)))
  }

  return { list: shallowReadonly(list), singleKeys, add }
})

/** Shortcuts that hold, and are listed in the help, while the calling component is there. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  onScopeDispose(useShortcutList().add(shortcuts))
}
