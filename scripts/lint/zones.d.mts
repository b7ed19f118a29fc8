export interface Zone {
  name: string
  path: string
  imports: string[]
  packages: string[]
  node: string[]
  raw?: string[]
  typesOnly?: boolean
}

export const zones: Zone[]
export const clockReaders: string[]
export function zoneOf(file: string): Zone | undefined
