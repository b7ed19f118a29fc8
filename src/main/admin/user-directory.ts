import type { MetadataStore, UserChange, UserRecord } from '../base/metadata'
import { LarderError } from '@shared/errors'

/** The users, read once because this process is the only writer. */
export interface UserDirectory {
  list: () => UserRecord[]
  find: (id: string) => UserRecord | undefined
  /** Throws LarderError `user-not-found`. */
  get: (id: string) => UserRecord
  findByName: (name: string) => UserRecord | undefined
  /** Undefined only until the first start is complete. */
  owner: () => UserRecord | undefined
  /** Throws LarderError `name-taken` if a user other than `exceptId` has this name. */
  requireFree: (name: string, exceptId?: string) => void
  /** Takes in a user that has already been written. */
  adopt: (user: UserRecord) => void
  /**
   * Writes the change and what `alsoWrite` writes, or neither. Throws LarderError `user-not-found`,
   * `name-taken`.
   */
  update: (id: string, change: UserChange, alsoWrite?: () => void) => UserRecord
  /** Deletes the user's record, together with those of the user's caches and keys. */
  remove: (id: string) => void
}

/**
 * The form in which names are compared: NFC, without case. Converts to upper case first, because
 * only that maps ß to SS and both sigmas to one, as full case folding does (Unicode §3.13).
 */
export function nameKey(name: string): string {
  return name.normalize('NFC').trim().toUpperCase().toLowerCase().normalize('NFC')
}

export function createUserDirectory(metadata: MetadataStore): UserDirectory {
  const users = new Map(metadata.users.list().map(user => [user.id, user]))
  const find = (match: (user: UserRecord) => boolean): UserRecord | undefined => users.values().find(match)

  const directory: UserDirectory = {
    list: () => [...users.values()],
    find: id => users.get(id),
    get(id) {
      const user = users.get(id)
      if (!user)
        throw new LarderError('user-not-found', 'There is no user with this id.')
      return user
    },
    findByName(name) {
      const key = nameKey(name)
      return find(user => nameKey(user.name) === key)
    },
    owner: () => find(user => user.owner),
    requireFree(name, exceptId) {
      const taken = directory.findByName(name)
      if (taken && taken.id !== exceptId) {
        throw new LarderError(
          'name-taken',
          `A user named ${taken.name} already exists.`,
          { errors: [{ field: 'name', message: 'is taken' }] },
        )
      }
    },
    adopt(user) {
      users.set(user.id, user)
    },
    update(id, change, alsoWrite = () => {}) {
      directory.get(id)
      if (change.name !== undefined)
        directory.requireFree(change.name, id)
      const changed = metadata.transaction(() => {
        alsoWrite()
        return metadata.users.update(id, change)
      })
      if (!changed)
        throw new LarderError('user-not-found', 'There is no user with this id.')
      users.set(id, changed)
      return changed
    },
    remove(id) {
      metadata.users.delete(id)
      users.delete(id)
    },
  }
  return directory
}
