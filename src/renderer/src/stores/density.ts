import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { keepChoice, readChoice } from '../storage'

export const densities = ['compact', 'comfortable'] as const

/**
 * How high the rows of tables and lists are in this browser. src/renderer/public/theme.js reads the
 * same choice before the first paint; the heights are in styles/sizes.css.
 */
export const useDensity = defineStore('density', () => {
  const choice = shallowRef<typeof densities[number]>(
    readChoice('density') === 'comfortable' ? 'comfortable' : 'compact',
  )

  watch(choice, (density) => {
    keepChoice('density', density === 'compact' ? null : density)
    if (density === 'compact')
      delete document.documentElement.dataset.density
    else
      document.documentElement.dataset.density = density
  })

  return { choice }
})
