import type { Document } from 'bson'
import { calculateObjectSize, ObjectId } from 'bson'
import { matches } from './queries'
import { CommandFailure, identityOf } from './values'

/** The largest document that a server of MongoDB takes. */
export const largestDocument = 16 * 1024 * 1024

/** The documents of one collection, and its indexes. */
export class Collection {
  readonly indexes: Document[] = [{ v: 2, key: { _id: 1 }, name: '_id_' }]
  readonly #documents = new Map<string, Document>()

  find(filter: Document): Document[] {
    const id: unknown = filter._id
    const one = typeof id === 'string' ? this.#documents.get(identityOf(id)) : undefined
    const among = typeof id === 'string' ? (one ? [one] : []) : [...this.#documents.values()]
    // Even where there is nothing, a filter has to be right.
    matches({}, filter)
    return among.filter(document => matches(document, filter))
  }

  insert(document: Document): void {
    const whole = { _id: document._id as unknown ?? new ObjectId(), ...document }
    this.#check(whole)
    this.#documents.set(identityOf(whole._id), whole)
  }

  remove({ _id }: Document): void {
    this.#documents.delete(identityOf(_id))
  }

  replace(before: Document, replacement: Document): void {
    const whole = { _id: before._id as unknown, ...altered(before, replacement) }
    if (identityOf(whole._id) !== identityOf(before._id))
      throw new CommandFailure(66, 'ImmutableField', 'the (immutable) field \'_id\' was found to have been altered')
    this.#check(whole, before)
    this.#documents.set(identityOf(whole._id), whole)
  }

  /** What an upsert adds where it finds nothing. */
  upsert(filter: Document, replacement: Document): Document {
    requireReplacement(replacement)
    const id: unknown = filter._id
    const isValue = id !== undefined && (typeof id !== 'object' || id === null || '_bsontype' in id)
    if (isValue && replacement._id !== undefined && identityOf(id) !== identityOf(replacement._id))
      throw new CommandFailure(66, 'ImmutableField', 'the (immutable) field \'_id\' was found to have been altered')
    const whole = { _id: isValue ? id : replacement._id as unknown ?? new ObjectId(), ...replacement }
    this.insert(whole)
    return whole
  }

  createIndex(index: Document): void {
    const { key, name } = index as { key: Document, name: string }
    const same = this.indexes.find(each => each.name === name)
    if (same && identityOf(same) !== identityOf({ v: 2, ...index }))
      throw new CommandFailure(86, 'IndexKeySpecsConflict', 'An index of this name is another one')
    if (same)
      return
    if (this.indexes.some(each => identityOf(each.key) === identityOf(key)))
      throw new CommandFailure(85, 'IndexOptionsConflict', 'An index of this key has another name')
    this.indexes.push({ v: 2, ...index })
    if (index.unique === true) {
      try {
        this.#documents.forEach(document => this.#check(document, document))
      }
      catch (error) {
        this.indexes.pop()
        throw error
      }
    }
  }

  #check(document: Document, instead?: Document): void {
    if (calculateObjectSize(document) > largestDocument)
      throw new CommandFailure(10_334, 'BSONObjectTooLarge', 'object to insert too large')
    for (const { key, unique } of this.indexes) {
      const [name = ''] = Object.keys(key as object)
      const isUnique = unique === true || name === '_id'
      const same = isUnique && (name === '_id'
        ? this.#documents.get(identityOf(document._id))
        : [...this.#documents.values()].find(other =>
            other !== instead && identityOf(other[name]) === identityOf(document[name])))
      if (same && same !== instead) {
        throw new CommandFailure(11_000, 'DuplicateKey', 'E11000 duplicate key error', {
          keyPattern: key as unknown,
          keyValue: { [name]: document[name] as unknown },
        })
      }
    }
  }
}

/** The document that an update makes of another: operators change it, all else replaces it. */
function altered(before: Document, update: Document): Document {
  const { $set, $unset, ...others } = update as { $set?: Document, $unset?: Document }
  if ($set === undefined && $unset === undefined) {
    requireReplacement(update)
    return update
  }
  const [operator] = Object.keys(others)
  if (operator !== undefined)
    throw new CommandFailure(9, 'FailedToParse', `Unknown modifier: ${operator}`)
  const kept = Object.entries(before).filter(([name]) => !(name in ($unset ?? {})))
  return { ...Object.fromEntries(kept), ...$set }
}

function requireReplacement(document: Document): void {
  const [operator] = Object.keys(document).filter(name => name.startsWith('$'))
  if (operator !== undefined)
    throw new CommandFailure(52, 'DollarPrefixedFieldName', `The dollar ($) prefixed field '${operator}' is not allowed`)
}
