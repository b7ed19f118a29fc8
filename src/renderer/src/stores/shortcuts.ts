import { defineStore } from 'pinia'
import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { keepChoice, readChoice } from '../storage'

interface Shortcut {
  /**
   * The keys as in `KeyboardEvent.key`: `n`, `?`, `g o` (one after the other), `mod+k` (Ctrl or ⌘).
   */
  keys: string
  label: string
  run: () => void
}

/** A key as in `Shortcut`. Shift makes another key of Delete, and is a part of a letter or sign. */
export function pressedKey({ key, shiftKey }: KeyboardEvent): string {
  return shiftKey && key.length > 1 ? `shift+${key}` : key
}

/** The shortcuts of everything that is currently on the screen. */
export const useShortcutList = defineStore('shortcuts', () => {
  const list = shallowRef<readonly Shortcut[]>([])
  /** Single keys can be disabled: speech input and slips trigger them too (WCAG 2.2, 2.1.4). */
  const singleKeys = shallowRef(readChoice('single-keys') !== 'off')
  watch(singleKeys, on => keepChoice('single-keys', on ? null : 'off'))

  /** Adds shortcuts. Returns a function that removes them. */
  function add(shortcuts: readonly Shortcut[]): () => void {
    list.value = [...list.value, ...shortcuts]
    return () => void (list.value = list.value.filter(shortcut => !shortcuts.includes(shortcut)))
  }

  return { list: shallowReadonly(list), singleKeys, add }
})

/** Registers shortcuts and lists them in the help while the calling component exists. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  onScopeDispose(useShortcutList().add(shortcuts))
}
