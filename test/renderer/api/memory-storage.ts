/** A Web `Storage` in memory, with the parts that the session token uses. */
export function memoryStorage(): () => Storage {
  const items = new Map<string, string>()
  const storage: Storage = {
    get length() { return items.size },
    key: index => [...items.keys()][index] ?? null,
    getItem: name => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: name => void items.delete(name),
    clear: () => items.clear(),
  }
  return () => storage
}
