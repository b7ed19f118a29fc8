import type { DriverRow } from './driver'
import { z } from 'zod'

const folderSentence = 'Give the absolute path of a folder, such as /srv/values.'

export const fileDriver = {
  label: 'Folder',
  hint: 'A folder of this machine in which each file is a value; for trying it out',
  fields: {
    folder: {
      kind: 'folder',
      required: true,
      schema: z.string(folderSentence)
        .max(4096, folderSentence)
        .regex(/^(?:\/|[A-Z]:[\\/])[^\0]*$/i, folderSentence),
      label: 'Folder',
      hint: 'Absolute path; no link, and not in the data folder',
      example: '/srv/values',
    },
  },
  place: ({ folder }) => `file://${String(folder)}`,
  // Files have no lives.
  backend: { formats: ['envelope'] },
  schemes: ['file'],
  fromUrl: url => ({ folder: pathOf(url) }),
} as const satisfies DriverRow

/** Both file:/srv/values and file:///srv/values. Undefined if it is relative, or names a host. */
function pathOf(text: string): string | undefined {
  const url = /^file:\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  try {
    return url && url.host === '' ? decodeURIComponent(url.pathname).replace(/^\/(?=[A-Z]:)/i, '') : undefined
  }
  catch {
    return undefined
  }
}
