import type { Document } from 'bson'
import { Long } from 'bson'
import { Collection } from './collection'
import { CommandFailure } from './values'

type Run = (command: Document, store: Store) => Document

/** Fields that any command may have. */
const anywhere = ['$db', 'lsid', '$clusterTime', 'apiVersion', 'writeConcern', 'readConcern', '$readPreference']

/** The databases, and the cursors that are open. */
export class Store {
  readonly cursors = new Map<string, { collection: string, left: Document[] }>()
  readonly #collections = new Map<string, Collection>()
  #lastCursor = 0

  at({ $db: database }: Document, name: unknown): Collection {
    if (typeof name !== 'string' || name === '')
      throw new CommandFailure(73, 'InvalidNamespace', 'Invalid namespace specified')
    const place = `${String(database)}.${name}`
    const found = this.#collections.get(place) ?? new Collection()
    this.#collections.set(place, found)
    return found
  }

  has({ $db: database }: Document, name: unknown): boolean {
    return this.#collections.has(`${String(database)}.${String(name)}`)
  }

  drop({ $db: database }: Document): void {
    for (const place of this.#collections.keys()) {
      if (place.startsWith(`${String(database)}.`))
        this.#collections.delete(place)
    }
  }

  /** The part of an answer that hands out documents, piece by piece. */
  page(collection: string, documents: readonly Document[], size: number, isWhole: boolean): Document {
    const id = documents.length > size && !isWhole ? ++this.#lastCursor : 0
    if (id !== 0)
      this.cursors.set(String(id), { collection, left: documents.slice(size) })
    return { id: Long.fromNumber(id), ns: collection, batch: documents.slice(0, size) }
  }
}

function find(command: Document, store: Store): Document {
  const { filter = {}, projection, limit, singleBatch, batchSize } = command as Record<string, unknown>
  const found = store.at(command, command.find).find(filter as Document)
  const most = limit === undefined || Number(limit) === 0 ? found.length : Number(limit)
  const shown = found.slice(0, most).map(document => project(document, projection as Document | undefined))
  const { batch, ...cursor } = store.page(String(command.find), shown, Number(batchSize ?? 101), singleBatch === true)
  return { cursor: { ...cursor, firstBatch: batch as Document[] } }
}

function getMore(command: Document, store: Store): Document {
  const id = String(command.getMore)
  const open = store.cursors.get(id)
  if (!open || !(command.getMore instanceof Long) || open.collection !== command.collection)
    throw new CommandFailure(43, 'CursorNotFound', `cursor id ${id} not found`)
  store.cursors.delete(id)
  const { batch, ...cursor } = store.page(open.collection, open.left, Number(command.batchSize ?? 101), false)
  return { cursor: { ...cursor, nextBatch: batch as Document[] } }
}

function findAndModify(command: Document, store: Store): Document {
  const { query = {}, update, remove, upsert, fields, new: isNew } = command as Record<string, unknown>
  if ((remove === true) === (update !== undefined) || isNew === true || (remove === true && upsert === true))
    throw new CommandFailure(9, 'FailedToParse', 'Either an update or remove=true must be specified')
  const collection = store.at(command, command.findAndModify)
  const [before] = collection.find(query as Document)
  if (remove === true && before)
    collection.remove(before)
  else if (before)
    collection.replace(before, update as Document)
  const added = before === undefined && upsert === true
    ? collection.upsert(query as Document, update as Document)
    : undefined
  return {
    lastErrorObject: { n: before || added ? 1 : 0, ...added && { upserted: added._id as unknown } },
    value: before ? project(before, fields as Document | undefined) : null,
  }
}

function update(command: Document, store: Store): Document {
  const collection = store.at(command, command.update)
  const replies = (command.updates as Document[]).map((statement, index) => {
    requireFields('update', statement, ['q', 'u', 'upsert', 'multi'])
    const { q, u, upsert } = statement as { q: Document, u: Document, upsert?: boolean }
    const [before] = collection.find(q)
    if (before)
      collection.replace(before, u)
    const added = !before && upsert === true ? collection.upsert(q, u) : undefined
    return { n: before || added ? 1 : 0, upserted: added ? [{ index, _id: added._id as unknown }] : [] }
  })
  const upserted = replies.flatMap(reply => reply.upserted)
  return { n: replies.reduce((sum, { n }) => sum + n, 0), nModified: 0, ...upserted.length > 0 && { upserted } }
}

function remove(command: Document, store: Store): Document {
  const collection = store.at(command, command.delete)
  let n = 0
  for (const statement of command.deletes as Document[]) {
    requireFields('delete', statement, ['q', 'limit'])
    const found = collection.find(statement.q as Document)
    const gone = Number(statement.limit) === 1 ? found.slice(0, 1) : found
    gone.forEach(document => collection.remove(document))
    n += gone.length
  }
  return { n }
}

function createIndexes(command: Document, store: Store): Document {
  const collection = store.at(command, command.createIndexes)
  for (const index of command.indexes as Document[]) {
    requireFields('index', index, ['key', 'name', 'unique', 'expireAfterSeconds', 'partialFilterExpression'])
    collection.createIndex(index)
  }
  return {}
}

function listIndexes(command: Document, store: Store): Document {
  if (!store.has(command, command.listIndexes))
    throw new CommandFailure(26, 'NamespaceNotFound', 'ns does not exist')
  const name = String(command.listIndexes)
  return { cursor: { id: Long.ZERO, ns: name, firstBatch: store.at(command, name).indexes } }
}

/** The commands that need somebody who is signed in, with the fields that each may have. */
const commands: Readonly<Record<string, { fields: readonly string[], run: Run }>> = {
  find: { fields: ['filter', 'projection', 'limit', 'singleBatch', 'batchSize'], run: find },
  getMore: { fields: ['collection', 'batchSize'], run: getMore },
  killCursors: {
    fields: ['cursors'],
    run({ cursors }, store) {
      (cursors as Long[]).forEach(id => store.cursors.delete(String(id)))
      return {}
    },
  },
  findAndModify: { fields: ['query', 'update', 'remove', 'upsert', 'fields', 'new'], run: findAndModify },
  insert: {
    fields: ['documents', 'ordered'],
    run(command, store) {
      const documents = command.documents as Document[]
      documents.forEach(document => store.at(command, command.insert).insert(document))
      return { n: documents.length }
    },
  },
  update: { fields: ['updates', 'ordered'], run: update },
  delete: { fields: ['deletes', 'ordered'], run: remove },
  createIndexes: { fields: ['indexes'], run: createIndexes },
  listIndexes: { fields: ['cursor'], run: listIndexes },
  dropDatabase: {
    fields: [],
    run(command, store) {
      store.drop(command)
      return {}
    },
  },
  endSessions: { fields: [], run: () => ({}) },
}

/** Runs a command. Throws CommandFailure for what the server does not know, as the real one. */
export function runCommand(command: Document, store: Store): Document {
  const [name = ''] = Object.keys(command)
  const known = commands[name]
  if (!known)
    throw new CommandFailure(59, 'CommandNotFound', `no such command: '${name}'`)
  requireFields(name, command, [name, ...known.fields, ...anywhere])
  return known.run(command, store)
}

function requireFields(what: string, given: Document, known: readonly string[]): void {
  const unknown = Object.keys(given).find(name => !known.includes(name))
  if (unknown !== undefined)
    throw new CommandFailure(40_415, 'Location40415', `BSON field '${what}.${unknown}' is an unknown field.`)
}

/** Some fields of a document: those that are named, and its _id unless that is left out. */
function project(document: Document, fields: Document | undefined): Document {
  if (fields === undefined)
    return document
  const { _id: id = 1, ...others } = Object.fromEntries(Object.entries(fields).map(([name, on]) => [name, Number(on)]))
  if (Object.values(others).some(on => on !== 1) || ![0, 1].includes(id))
    throw new CommandFailure(31_254, 'Location31254', 'Cannot do exclusion in inclusion projection')
  return Object.fromEntries(Object.entries(document).filter(([name]) => name === '_id' ? id === 1 : name in others))
}
