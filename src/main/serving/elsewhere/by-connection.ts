/** One of them for each connection, made when it is first asked for. */
export function byConnection<T>(make: () => T): (connection: string) => T {
  const known = new Map<string, T>()
  return (connection) => {
    const one = known.get(connection) ?? make()
    known.set(connection, one)
    return one
  }
}
