import { usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { keepChoice, readChoice } from '../storage'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = typeof themes[number]

/**
 * The theme chosen in this browser. src/renderer/public/theme.js reads the same choice before the
 * first paint.
 */
export const useTheme = defineStore('theme', () => {
  const prefersDark = usePreferredDark()
  const choice = shallowRef<Theme>(themes.find(theme => theme === readChoice('theme')) ?? 'system')
  const dark = computed(() => choice.value === 'system' ? prefersDark.value : choice.value === 'dark')

  watch(choice, (theme) => {
    keepChoice('theme', theme === 'system' ? null : theme)
    if (theme === 'system')
      delete document.documentElement.dataset.theme
    else
      document.documentElement.dataset.theme = theme
  })

  return { choice, dark }
})
