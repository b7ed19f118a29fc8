import { exportMost } from './request-assertions'

/**
 * All that an export of the log has, oldest first, in the pages of the server. They are asked for
 * backwards, because the log goes on meanwhile.
 *
 * @param readPage the newest page of JSON lines before this id
 */
export async function readWholeLog(
  readPage: (before: number | undefined) => Promise<string>,
): Promise<{ pages: string[], requests: number }> {
  const pages: string[] = []
  let requests = 0
  let before: number | undefined
  for (let lines = exportMost; lines === exportMost;) {
    const page = await readPage(before)
    lines = page.split('\n').length - 1
    requests += lines
    pages.unshift(page)
    if (lines > 0)
      before = (JSON.parse(page.slice(0, page.indexOf('\n'))) as { id: number }).id
  }
  return { pages, requests }
}
