import type { ShallowRef } from 'vue'
import { useIntervalFn } from '@vueuse/core'
import { shallowReadonly, shallowRef } from 'vue'

/**
 * Milliseconds since 1970, looked at every `interval` milliseconds while the calling component is
 * there.
 */
export function useTime(interval: number): Readonly<ShallowRef<number>> {
  const time = shallowRef(Date.now())
  useIntervalFn(() => time.value = Date.now(), interval)
  return shallowReadonly(time)
}
