import type { FuseV1Options, FuseVersion } from '@electron/fuses'

export const fuses: Record<FuseV1Options, boolean> & { version: FuseVersion.V1, strictlyRequireAllFuses: true }
