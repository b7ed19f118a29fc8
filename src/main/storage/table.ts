import type { Database } from 'better-sqlite3'

type SqlValue = string | number | Buffer | null

/** How one field of a record is stored in its column. */
interface Column<T> {
  name: string
  encode: (value: T) => SqlValue
  /** The result of `encode`, as the STRICT column returns it. */
  decode: (stored: never) => T
}

export type Columns<R> = { readonly [F in keyof R]-?: Column<R[F]> }

interface Table<R extends { id: string }> {
  /** In the order in which they were inserted. */
  list: () => R[]
  get: (id: string) => R | undefined
  insert: (record: R) => void
  /**
   * Fields that are undefined stay unchanged. Returns the changed record, undefined if there is
   * none.
   */
  update: (id: string, change: Partial<R>) => R | undefined
  delete: (id: string) => boolean
}

/**
 * Reads and writes records of one table. All SQL is built once, from the column map: an update
 * writes every column of the merged record, so that no statement depends on input from a caller. A
 * field without a column is a bug and throws TypeError.
 */
export function createTable<R extends { id: string }>(database: Database, name: string, columns: Columns<R>): Table<R> {
  const fields = Object.keys(columns) as (keyof R & string)[]
  const names = fields.map(field => columns[field].name)
  const select = `SELECT ${fields.map(field => `${columns[field].name} AS ${field}`).join(', ')} FROM ${name}`
  const all = database.prepare<[], Row<R>>(`${select} ORDER BY rowid`)
  const one = database.prepare<[string], Row<R>>(`${select} WHERE id = ?`)
  const insert = database.prepare(
    `INSERT INTO ${name} (${names.join(', ')}) VALUES (${fields.map(field => `@${field}`).join(', ')})`,
  )
  const update = database.prepare(
    `UPDATE ${name} SET ${fields.map(field => `${columns[field].name} = @${field}`).join(', ')} WHERE id = @id`,
  )
  const remove = database.prepare(`DELETE FROM ${name} WHERE id = ?`)

  function encode(record: R): Record<string, SqlValue> {
    return Object.fromEntries(fields.map(field => [field, columns[field].encode(record[field])]))
  }

  function decode(row: Row<R>): R {
    return Object.fromEntries(fields.map(field => [field, columns[field].decode(row[field])])) as unknown as R
  }

  function get(id: string): R | undefined {
    const row = one.get(id)
    return row && decode(row)
  }

  return {
    list: () => all.all().map(decode),
    get,
    insert: record => void insert.run(encode(record)),
    update(id, change) {
      const unknown = Object.keys(change).find(field => !Object.hasOwn(columns, field))
      if (unknown !== undefined)
        throw new TypeError(`${name} has no field ${unknown}`)
      const record = get(id)
      if (!record)
        return undefined
      const given = Object.entries(change).filter(([, value]) => value !== undefined)
      update.run(encode({ ...record, ...Object.fromEntries(given), id }))
      return get(id)
    },
    delete: id => remove.run(id).changes > 0,
  }
}

type Row<R> = Record<keyof R & string, never>

/** Text, bytes and numbers, unchanged. */
export function plainColumn<T extends SqlValue>(name: string): Column<T> {
  return { name, encode: value => value, decode: stored => stored }
}

export function flagColumn(name: string): Column<boolean> {
  return { name, encode: value => value ? 1 : 0, decode: (stored: number) => stored === 1 }
}

/** Milliseconds, rounded: a fraction that comes from adding a duration is meaningless here. */
export function timeColumn<T extends number | null>(name: string): Column<T> {
  return { name, encode: value => value === null ? null : Math.round(value), decode: stored => stored }
}

/** Anything but null, as JSON. */
export function jsonColumn<T extends object>(name: string): Column<T> {
  return { name, encode: value => JSON.stringify(value), decode: (stored: string) => JSON.parse(stored) as T }
}

/** A list, or null, as JSON. */
export function listColumn<T extends readonly string[] | null>(name: string): Column<T> {
  return {
    name,
    encode: value => value === null ? null : JSON.stringify(value),
    decode: (stored: string | null) => (stored === null ? null : JSON.parse(stored)) as T,
  }
}
