import type { User } from '@shared/schemas'
import { formatCount, formatEntries } from '../../format'
import { useDialogs } from '../../stores/dialogs'
import { useNotices } from '../../stores/notices'
import { useUsers } from '../../stores/users'

interface UserActions {
  setAdmin: (user: User, admin: boolean) => Promise<void>
  setDisabled: (user: User, disabled: boolean) => Promise<void>
  remove: (user: User) => Promise<void>
}

/** Actions of an administrator on a user; each one reports its result. */
export function useUserActions(): UserActions {
  const users = useUsers()
  const dialogs = useDialogs()
  const notices = useNotices()

  /**
   * The user as the server knows it now: no event tells of the caches and keys of others. If the
   * server cannot be reached, the deletion will say so.
   */
  async function newest(user: User): Promise<User> {
    await users.read().catch(() => {})
    return users.list.find(({ id }) => id === user.id) ?? user
  }

  return {
    async setAdmin({ id, name }, admin) {
      await notices.tell(async () => {
        await users.update({ id, admin })
        return `${name} is ${admin ? 'an administrator' : 'no longer an administrator'}.`
      })
    },
    async setDisabled({ id, name }, disabled) {
      await notices.tell(async () => {
        await users.update({ id, disabled })
        if (!disabled)
          return `${name} may sign in again, and the API keys work.`
        const enable = async (): Promise<string> => {
          await users.update({ id, disabled: false })
          return `${name} is enabled again.`
        }
        return { text: `${name} is disabled: signed out everywhere, and every API key is refused.`, undo: enable }
      })
    },
    async remove(user) {
      const { id, name } = user
      const { caches, entries, apiKeys } = await newest(user)
      const what = `${formatCount(caches)} ${caches === 1 ? 'cache' : 'caches'}, ${formatEntries(entries)} and `
        + `${formatCount(apiKeys)} ${apiKeys === 1 ? 'API key' : 'API keys'}`
      const yes = await dialogs.confirm({
        title: `Delete ${name}?`,
        text: `${name} is deleted for good, with ${what}. `
          + `To lock ${name} out and keep them, disable the user instead.`,
        action: 'Delete user',
      })
      if (yes)
        await notices.tell(() => users.remove(id).then(() => `Deleted ${name}.`))
    },
  }
}
