import type { OperationOutput } from '@shared/operations'
import type { User } from '@shared/schemas'
import { messageOf } from '@shared/errors'
import { defineStore } from 'pinia'
import { nextTick, shallowReadonly, shallowRef } from 'vue'
import { useApi } from '../composables/use-api'
import { useDialogs } from './dialogs'
import { useNotices } from './notices'

/** Who is signed in. */
export const useSession = defineStore('session', () => {
  const { client, session, owned, onSessionEnd } = useApi()
  const notices = useNotices()
  const dialogs = useDialogs()
  const phase = shallowRef<'checking' | 'signed-out' | 'signed-in'>('checking')
  const user = shallowRef<User | null>(null)
  /** Why the sign-in form shows, when that was not the person's own wish. */
  const reason = shallowRef('')

  onSessionEnd(() => leave('Your session has ended. Sign in again.'))

  /**
   * Goes on with the session that this tab still has, or signs in by a one-time code where there is
   * one. Where somebody is signed in, the code waits for the person's word.
   */
  async function start(code: string | null): Promise<void> {
    const kept = session.get() !== null || owned
    if (code === null && !kept)
      return leave('')
    const there = kept && await resume()
    // With a bearer that could not be tried, nobody knows whose place the code would take.
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
   * Takes up the session that this tab has; false where that is none any more, or the server is not
   * reached.
   */
  async function resume(): Promise<boolean> {
    try {
      const me = await client['session.get']()
      user.value = me.user
      phase.value = 'signed-in'
      return true
    }
    catch (error) {
      // A bearer that was refused is gone by now, with a reason of its own. Otherwise it is kept:
      // the next load may reach the server.
      if (session.get() !== null)
        reason.value = messageOf(error)
      phase.value = 'signed-out'
      return false
    }
  }

  /**
   * Whether the person at this tab wants another account in it. Anybody can send a link with a code
   * of their own, and what is typed here afterwards would be theirs.
   */
  async function agrees(): Promise<boolean> {
    // Dialogs of whoever was here before are closed first.
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
    // The bearer is gone from this tab either way; where the server was not reached, it idles out
    // there.
    await end.catch(() => {})
  }

  /** Reads again who this is: name or rights may have changed. Throws what `session.get` throws. */
  async function refresh(): Promise<void> {
    const me = await client['session.get']()
    // Another may have signed in meanwhile, or nobody.
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
