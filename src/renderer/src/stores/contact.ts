import { LarderError } from '@shared/errors'
import { defineStore } from 'pinia'
import { computed, shallowReadonly, shallowRef } from 'vue'

/** Milliseconds that an answer may take before the server counts as lost. */
const patience = 5000

/** Whether the server answers the readings that the console makes all the time. */
export const useContact = defineStore('contact', () => {
  const now = shallowRef(Date.now())
  const heardAt = shallowRef<number | null>(null)
  const askedAt = shallowRef<number | null>(null)
  const failed = shallowRef(false)
  // As long as the page lives, which is as long as the store does.
  setInterval(() => now.value = Date.now(), 1000)

  /** Never before the first answer: then there is nothing to be out of date. */
  const lost = computed(() =>
    heardAt.value !== null && (failed.value || (askedAt.value !== null && now.value - askedAt.value > patience)))
  /** Whole seconds since the last answer. */
  const silence = computed(() => Math.max(0, Math.floor((now.value - (heardAt.value ?? now.value)) / 1000)))

  /** Makes a reading, and notes whether the server was there to answer it. */
  async function through<Result>(read: () => Promise<Result>): Promise<Result> {
    askedAt.value = Date.now()
    try {
      const result = await read()
      heardAt.value = Date.now()
      failed.value = false
      return result
    }
    catch (error) {
      failed.value = error instanceof LarderError && error.code === 'not-ready'
      throw error
    }
    finally {
      askedAt.value = null
    }
  }

  /** Nobody asks any more, or somebody else does. */
  function forget(): void {
    heardAt.value = askedAt.value = null
    failed.value = false
  }

  return { heardAt: shallowReadonly(heardAt), lost, silence, through, forget }
})
