/** Something that was opened and has to be closed. `dispose` may be called twice. */
export interface Disposable {
  dispose: () => void | Promise<void>
}

interface DisposableStack extends Disposable {
  /** Registers an item and returns it; items are disposed last in, first out. */
  use: <T extends Disposable>(item: T) => T
  defer: (dispose: () => void | Promise<void>) => void
  /**
   * Disposes everything, in order; a failure does not leave the others open. Throws all failures at
   * the end.
   */
  dispose: () => Promise<void>
}

export function createDisposableStack(): DisposableStack {
  const items: Disposable[] = []
  return {
    use(item) {
      items.push(item)
      return item
    },
    defer(dispose) {
      items.push({ dispose })
    },
    async dispose() {
      const failures: unknown[] = []
      for (let item = items.pop(); item; item = items.pop()) {
        try {
          await item.dispose()
        }
        catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0)
        throw new AggregateError(failures, 'Some parts did not close cleanly')
    },
  }
}
