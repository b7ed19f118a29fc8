import type { ServerWatch } from '@shared/server-watch'

/** Bytes of the disk of the data folder, and of the files in it. Null: the system does not tell. */
export type DiskFigures = Pick<ServerWatch, 'disk' | 'files'>
