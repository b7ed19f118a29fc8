import type { OperationInput } from '@shared/operations'
import type { CacheInfo } from '@shared/schemas'
import { defineAsyncComponent } from 'vue'
import { useDialogs } from '../stores/dialogs'
import { useNotices } from '../stores/notices'
import { useSnapshots } from '../stores/snapshots'

const SaveDialog = defineAsyncComponent(() => import('./SaveDialog.vue'))
const ImportDialog = defineAsyncComponent(() => import('./ImportDialog.vue'))
const ExportDialog = defineAsyncComponent(() => import('./ExportDialog.vue'))

/** What is exported, null for all, and how many entries that is. */
interface ChosenEntries { select: OperationInput<'jobs.start'>['select'] | null, count: number }

/** Ways of entries into caches and out of them, for every place that offers them. */
export interface TransferActions {
  saveSnapshot: (cache?: string) => void
  importEntries: (given?: { cache?: string, file?: File }) => void
  /** @param chosen by default all */
  exportEntries: (cache: CacheInfo, chosen?: ChosenEntries) => void
}

export function useTransferActions(): TransferActions {
  const dialogs = useDialogs()
  const notices = useNotices()
  const snapshots = useSnapshots()

  function importEntries(given: { cache?: string, file?: File } = {}): void {
    dialogs.show(ImportDialog, { ...given, back: importEntries })
  }

  return {
    saveSnapshot: cache => void notices.tell(async () => {
      // The name that it proposes is none of these.
      await snapshots.read()
      dialogs.show(SaveDialog, { ...cache !== undefined && { cache } })
    }),
    importEntries,
    exportEntries: ({ name, entries }, { select, count } = { select: null, count: entries }) =>
      void dialogs.show(ExportDialog, { cache: name, select, count }),
  }
}
