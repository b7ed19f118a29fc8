import { vi } from 'vitest'

const methods = ['charAt', 'codePointAt', 'indexOf', 'startsWith'] as const

/** Counts how often `work` reads strings: equal on every machine, and higher if work explodes. */
export function stringSteps(work: () => void): number {
  const spies = methods.map(method => vi.spyOn(String.prototype, method))
  try {
    work()
    return spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)
  }
  finally {
    spies.forEach(spy => spy.mockRestore())
  }
}
