import type { ShallowRef } from 'vue'
import { useIntervalFn } from '@vueuse/core'
import { shallowReadonly, shallowRef } from 'vue'

/**
 * Returns the time in milliseconds since 1970, updated every `interval` milliseconds while the
 * calling component exists.
 */
export function useTime(interval: number): Readonly<ShallowRef<number>> {
  const time = shallowRef(Date.now())
  useIntervalFn(() => time.value = Date.now(), interval)
  return shallowReadonly(time)
}
