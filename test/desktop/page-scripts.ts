import type { Page } from '@playwright/test'
import type { WireAnswer } from '../../src/shared/ipc'

/** Calls a function of the preload's bridge in the page, as any script there could. Takes JSON. */
export function callBridge<T = unknown>(page: Page, path: string, input: unknown = {}): Promise<WireAnswer<T>> {
  const reach = path.startsWith('shell.') ? `larder.${path}` : `larder.operations[${JSON.stringify(path)}]`
  return page.evaluate<WireAnswer<T>>(`${reach}(${JSON.stringify(input)})`)
}

/** Returns the error that the expression throws in the page; empty if it throws none. */
export function failureOf(page: Page, expression: string): Promise<string> {
  return page.evaluate<string>(
    `(async () => { try { await (${expression}); return '' } catch (error) { return error.name + ': ' + error.message } })()`,
  )
}
