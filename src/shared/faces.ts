/** The protocols that apps use, by their names in the request log, each with a description. */
export const faces = {
  native: 'Entries with their headers, at /api/caches',
  classic: 'The classic JSON cache API',
  plain: 'The text store at /v1',
  redis: 'The Redis protocol',
  gateway: 'HTTP as it comes, through the gateway of a cache',
} as const

export type FaceName = keyof typeof faces
export const faceNames = Object.keys(faces) as [FaceName, ...FaceName[]]
