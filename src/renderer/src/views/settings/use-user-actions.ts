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
    async remove({ id, name, caches, entries }) {
      const what = `${formatCount(caches)} ${caches === 1 ? 'cache' : 'caches'}, ${formatEntries(entries)}`
      const yes = await dialogs.confirm({
        title: `Delete ${name}?`,
        text: `${name} is deleted for good, with ${what} and all API keys. `
          + `To lock ${name} out and keep them, disable the user instead.`,
        action: 'Delete user',
      })
      if (yes)
        await notices.tell(() => users.remove(id).then(() => `Deleted ${name}.`))
    },
  }
}
