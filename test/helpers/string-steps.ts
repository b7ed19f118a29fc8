import { vi } from 'vitest'

const methods = ['charAt', 'codePointAt', 'indexOf', 'startsWith'] as const

/** How often `work` looks into a text: the same on every machine, and more where work blows up. */
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
