import type { ComputedRef } from 'vue'
import type { CommandDeps, PaletteCommand } from './commands'
import { computed, defineAsyncComponent } from 'vue'
import { useRouter } from 'vue-router'
import { copyText } from '../clipboard'
import { useApi } from '../composables/use-api'
import { useCacheActions } from '../composables/use-cache-actions'
import { useOpenShortcuts } from '../shell/use-open-shortcuts'
import { useCaches } from '../stores/caches'
import { useDialogs } from '../stores/dialogs'
import { useJobs } from '../stores/jobs'
import { useKeys } from '../stores/keys'
import { useNotices } from '../stores/notices'
import { useServer } from '../stores/server'
import { useSession } from '../stores/session'
import { useTheme } from '../stores/theme'
import { useTransferActions } from '../transfer/use-transfer-actions'
import { useKeyActions } from '../views/keys/use-key-actions'
import { listCommands } from './commands'

const UserDialog = defineAsyncComponent(() => import('../views/settings/UserDialog.vue'))
const TextDialog = defineAsyncComponent(() => import('../components/TextDialog.vue'))

/** All commands that the signed-in user has now, in order, and what they are made of. */
export function usePaletteCommands(): { deps: ComputedRef<CommandDeps>, commands: ComputedRef<PaletteCommand[]> } {
  const api = useApi()
  const router = useRouter()
  const caches = useCaches()
  const dialogs = useDialogs()
  const jobs = useJobs()
  const keys = useKeys()
  const notices = useNotices()
  const server = useServer()
  const session = useSession()
  const theme = useTheme()
  const actions = useCacheActions()
  const transfer = useTransferActions()
  const keyActions = useKeyActions()
  const openShortcuts = useOpenShortcuts()

  const deps = computed((): CommandDeps => ({
    api,
    router,
    actions,
    transfer,
    openShortcuts,
    showJobs: () => void (jobs.shown = true),
    caches: caches.list,
    keyActions,
    keys: keys.list,
    newUser: () => void dialogs.show(UserDialog, {}),
    user: session.user,
    serving: server.enabled !== false,
    setServing: on => void notices.tell(() => server.setEnabled(on)),
    setTheme: choice => void (theme.choice = choice),
    copy: (text, what) =>
      void notices.tell(async () => copyText(await text()).then(() => `${what} is in the clipboard.`)),
    showText: (title, load, fileName) => void dialogs.show(TextDialog, { title, load, fileName }),
    signOut: () => void session.signOut(),
  }))
  // The commands need current names, and not every screen reads them.
  void caches.read().catch(() => {})
  void keys.read().catch(() => {})
  return { deps, commands: computed(() => listCommands(deps.value)) }
}
