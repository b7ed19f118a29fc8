import { LarderError } from '@shared/errors'

/** Whether both switches let a cache work. Throws what is not about them. */
export function isOn(checkOn: () => void): boolean {
  try {
    checkOn()
    return true
  }
  catch (error) {
    if (error instanceof LarderError)
      return false
    throw error
  }
}
