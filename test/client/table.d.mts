import type { LarderClient } from '../../src/client/types'

export function values(): [name: string, value: unknown, type: string][]
export function findFaults(client: LarderClient): Promise<string[]>
