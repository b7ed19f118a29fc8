import { counted } from '@shared/grouped'
import { readWholeLog } from '@shared/whole-log'
import { useApi } from '../../composables/use-api'
import { download } from '../../download'
import { useDialogs } from '../../stores/dialogs'
import { useNotices } from '../../stores/notices'

interface LogActions {
  /** Saves what a filter chooses of the server's log as a file. */
  exportAll: (filter: string) => void
  /** Asks first. */
  clearServer: () => Promise<void>
}

/** What is done with the server's log as a whole; each action reports its result. */
export function useLogActions(): LogActions {
  const { client } = useApi()
  const dialogs = useDialogs()
  const notices = useNotices()

  async function save(filter: string): Promise<string> {
    const { pages, requests } = await readWholeLog(before => client['requests.export']({ filter, before }))
    if (requests === 0)
      return 'No requests match, so nothing was saved.'
    download(new Blob(pages, { type: 'application/x-ndjson' }), 'requests.ndjson')
    return `Saved ${counted(requests, 'request', 'requests')} as requests.ndjson.`
  }

  return {
    exportAll: filter => void notices.tell(() => save(filter)),
    async clearServer() {
      const agreed = await dialogs.confirm({
        title: 'Clear the server\'s log?',
        text: 'This permanently removes all your requests from the log. Entries and counters stay as they are.',
        action: 'Clear log',
      })
      if (!agreed)
        return
      await notices.tell(async () => {
        const { cleared } = await client['requests.clear']({})
        return `Cleared ${counted(cleared, 'request', 'requests')}.`
      })
    },
  }
}
