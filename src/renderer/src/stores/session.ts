import type { OperationOutput } from '@shared/operations'
import type { User } from '@shared/schemas'
import { messageOf } from '@shared/errors'
import { defineStore } from 'pinia'
import { nextTick, shallowReadonly, shallowRef } from 'vue'
import { useApi } from '../composables/use-api'
import { useDialogs } from './dialogs'
import { useNotices } from './notices'

/** The signed-in user and the session of this tab. */
export const useSession = defineStore('session', () => {
  const { client, session, owned, onSessionEnd } = useApi()
  const notices = useNotices()
  const dialogs = useDialogs()
  const phase = shallowRef<'checking' | 'signed-out' | 'signed-in'>('checking')
  const user = shallowRef<User | null>(null)
  /** The reason why the sign-in form is shown, unless the person chose to sign out. */
  const reason = shallowRef('')

  onSessionEnd(() => leave('Your session has ended. Sign in again.'))

  /**
   * Continues the session that this tab still has, or signs in with the one-time code if there is
   * one. If somebody is already signed in, the person must confirm first.
   */
  async function start(code: string | null): Promise<void> {
    const kept = session.get() !== null || owned
    if (code === null && !kept)
      return leave('')
    const there = kept && await resume()
    // If the existing token could not be checked, it is unknown whom the code would replace.
    if (code === null || (!there && session.get() !== null) || (there && !await agrees()))
      return
    try {
      enter(await client['session.create']({ code }))
    }
    catch (error) {
      const refusal = `This sign-in link does not work: ${messageOf(error)}`
      if (there)
        notices.show({ kind: 'failed', text: refusal })
      else
        leave(refusal)
    }
  }

  /**
   * Resumes the session of this tab. Returns false if there is none any longer, or if the server
   * cannot be reached.
   */
  async function resume(): Promise<boolean> {
    try {
      const me = await client['session.get']()
      user.value = me.user
      phase.value = 'signed-in'
      return true
    }
    catch (error) {
      // A refused token has already been removed, with its own reason. Otherwise the token is kept,
      // because the next load may reach the server.
      if (session.get() !== null)
        reason.value = messageOf(error)
      phase.value = 'signed-out'
      return false
    }
  }

  /**
   * Asks whether the person at this tab wants to switch accounts. Anybody can send a link with a
   * code of their own, and would then own whatever is typed here.
   */
  async function agrees(): Promise<boolean> {
    // Dialogs of the previous user are closed first.
    await nextTick()
    return await dialogs.confirm({
      title: 'Sign in with this link?',
      text: `You are signed in as ${user.value?.name}. The link signs you in as the person who made it: `
        + 'from then on, that person sees what you store.',
      action: 'Sign in with the link',
    })
  }

  /** Throws LarderError `sign-in-failed`, `too-many-attempts`. */
  async function signIn(name: string, password: string): Promise<void> {
    enter(await client['session.create']({ name, password }))
  }

  /**
   * Throws LarderError `name-taken`, `registration-closed`, `invalid-input`, `too-many-attempts`.
   */
  async function register(name: string, password: string): Promise<void> {
    await client['users.create']({ name, password })
    await signIn(name, password)
  }

  async function signOut(): Promise<void> {
    const end = client['session.delete']()
    leave('')
    // The token is gone from this tab in any case. If the server was not reached, the session
    // expires there.
    await end.catch(() => {})
  }

  /** Reads the user again, whose name or rights may have changed. Throws as `session.get` does. */
  async function refresh(): Promise<void> {
    const me = await client['session.get']()
    // By now somebody else may be signed in, or nobody.
    if (me.user.id === user.value?.id)
      user.value = me.user
  }

  function enter(created: OperationOutput<'session.create'>): void {
    session.set(created.token)
    user.value = created.user
    reason.value = ''
    phase.value = 'signed-in'
  }

  function leave(why: string): void {
    session.set(null)
    user.value = null
    reason.value = why
    phase.value = 'signed-out'
  }

  return {
    phase: shallowReadonly(phase),
    user: shallowReadonly(user),
    reason: shallowReadonly(reason),
    owned,
    start,
    signIn,
    register,
    refresh,
    signOut,
  }
})
