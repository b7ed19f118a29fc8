/** The names of a table's rows, in their order. */
export function namesOf<T extends object>(table: T): (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[]
}

/** Maps each row of a table to a value, by its name. */
export function mapRows<T extends object, V>(
  table: T,
  value: (row: T[keyof T & string], name: keyof T & string) => V,
): Record<keyof T & string, V> {
  const rows = namesOf(table).map(name => [name, value(table[name], name)] as const)
  return Object.fromEntries(rows) as Record<keyof T & string, V>
}

/** The row with that name; undefined if the table has none, whatever the name is. */
export function rowOf<T extends object>(table: T, name: string | null): T[keyof T & string] | undefined {
  return name !== null && Object.hasOwn(table, name) ? table[name as keyof T & string] : undefined
}
