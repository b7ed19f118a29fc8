import type { OperationOutput } from '@shared/operations'
import type { User } from '@shared/schemas'
import type { KeptSession } from '../api/session-token'
import { messageOf } from '@shared/errors'
import { defineStore } from 'pinia'
import { nextTick, shallowReadonly, shallowRef } from 'vue'
import { useApi } from '../composables/use-api'
import { useDialogs } from './dialogs'
import { useNotices } from './notices'
import { useUnsaved } from './unsaved'

/** Why the form is shown after the session was ended elsewhere. */
const ended = 'Your session has ended. Sign in again.'

/** The signed-in user and the session, which the tabs of this browser share. */
export const useSession = defineStore('session', () => {
  const { client, session, owned, onSessionEnd } = useApi()
  const notices = useNotices()
  const dialogs = useDialogs()
  const unsaved = useUnsaved()
  const phase = shallowRef<'checking' | 'signed-out' | 'signed-in'>('checking')
  const user = shallowRef<User | null>(null)
  /** Grows when this tab goes on with another session, of the same user or of another one. */
  const turn = shallowRef(0)
  /** The reason why the sign-in form is shown, unless the person chose to sign out. */
  const reason = shallowRef('')

  onSessionEnd(() => {
    // Another tab may have signed in anew, and this one has not been told yet.
    const kept = session.shared()
    if (kept !== null && kept.token !== session.get())
      follow(kept)
    else
      leave(ended)
  })
  session.onShared(follow)

  /**
   * Does what another tab has done: signs in or out. If somebody else is signed in now, the page
   * starts anew, because all that it shows and holds belongs to the former user.
   */
  function follow(kept: KeptSession | null): void {
    if (kept !== null && user.value !== null && kept.user !== user.value.id) {
      unsaved.forget()
      return location.reload()
    }
    session.adopt(kept)
    turn.value++
    if (kept === null)
      leave(ended)
    else if (user.value === null)
      void start(null)
  }

  /**
   * Continues the session of this browser, or signs in with the one-time code if there is one. If
   * somebody else is already signed in, the person must confirm it.
   */
  async function start(code: string | null): Promise<void> {
    const kept = session.get() !== null || owned
    if (code === null && !kept)
      return leave('')
    const there = kept && await resume()
    // If the existing token could not be checked, it is unknown whom the code would replace.
    if (code === null || (!there && session.get() !== null))
      return
    try {
      const created = await client['session.create']({ code })
      // A link of the user who is there changes nothing, in this tab and in the others.
      if (user.value === null || (user.value.id !== created.user.id && await agrees(created.user.name)))
        enter(created)
    }
    catch (error) {
      const refusal = `This sign-in link does not work: ${messageOf(error)}`
      if (user.value !== null)
        notices.show({ kind: 'failed', text: refusal })
      else
        leave(refusal)
    }
  }

  /**
   * Resumes the session of this browser. Returns false if there is none any longer, or if the
   * server cannot be reached.
   */
  async function resume(): Promise<boolean> {
    const token = session.get()
    try {
      const me = await client['session.get']()
      // Another tab has changed the session meanwhile, and this answer is about the former one.
      if (session.get() !== token)
        return user.value !== null
      user.value = me.user
      phase.value = 'signed-in'
      return true
    }
    catch (error) {
      const now = session.get()
      if (now !== null && now !== token)
        return user.value !== null
      // A refused token has already been removed, with its own reason. Otherwise the token is kept,
      // because the next load may reach the server.
      if (now !== null)
        reason.value = messageOf(error)
      phase.value = 'signed-out'
      return false
    }
  }

  /**
   * Asks whether the person at this tab wants to switch accounts. Anybody can send a link with a
   * code of their own, and would then own whatever is typed here.
   */
  async function agrees(name: string): Promise<boolean> {
    // Dialogs of the previous user are closed first.
    await nextTick()
    return await dialogs.confirm({
      title: 'Sign in with this link?',
      text: `You are signed in as ${user.value?.name}. The link signs you in as ${name}: `
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
    if (!await unsaved.mayLeave())
      return
    const end = client['session.delete']()
    leave('')
    // The token is gone from this browser in any case. If the server was not reached, the session
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
    session.set({ token: created.token, user: created.user.id })
    turn.value++
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
    turn: shallowReadonly(turn),
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
