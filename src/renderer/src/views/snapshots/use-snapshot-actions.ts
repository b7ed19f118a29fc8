import type { SnapshotInfo } from '@shared/snapshots'
import { defineAsyncComponent } from 'vue'
import { useApi } from '../../composables/use-api'
import { formatBytes, formatMoment } from '../../format'
import { useDialogs } from '../../stores/dialogs'
import { useNotices } from '../../stores/notices'
import { useSnapshots } from '../../stores/snapshots'

interface SnapshotActions {
  /** Says first what that would do. */
  load: (snapshot: SnapshotInfo) => void
  download: (snapshot: SnapshotInfo) => void
  /** Asks first. */
  remove: (snapshot: SnapshotInfo) => Promise<void>
}

const LoadDialog = defineAsyncComponent(() => import('../../transfer/LoadDialog.vue'))

/** What is done with a snapshot; each action reports its result. */
export function useSnapshotActions(): SnapshotActions {
  const { client } = useApi()
  const dialogs = useDialogs()
  const notices = useNotices()
  const snapshots = useSnapshots()

  return {
    load: ({ name, caches }) =>
      void dialogs.show(LoadDialog, {
        source: {
          title: `Load ${name}`,
          action: 'Load',
          caches,
          choosable: true,
          start: order => client['snapshots.load']({ name, ...order }),
        },
      }),
    download(snapshot) {
      if (!snapshots.reading.has(snapshot.name))
        void notices.tell(async () => `Saved ${await snapshots.save(snapshot)}.`)
    },
    async remove({ name, bytes, savedAt }) {
      const agreed = await dialogs.confirm({
        title: `Delete ${name}?`,
        text: `This permanently deletes the snapshot of ${formatMoment(savedAt)}, ${formatBytes(bytes)}. Caches stay as they are.`,
        action: 'Delete snapshot',
      })
      if (agreed)
        await notices.tell(() => snapshots.remove({ name }).then(() => `Deleted the snapshot ${name}.`))
    },
  }
}
