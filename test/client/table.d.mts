import type { LarderClient } from '../../src/client/types'

export function values(): [name: string, value: unknown, type: string][]
export function unstorables(): [name: string, value: unknown][]
export const keys: string[]
export const badKeys: [key: never, code: string][]
export function show(value: unknown): string
export function findFaults(client: LarderClient): Promise<string[]>
