export function targetOf(file: string): string
export function nativeModulesIn(folder: string): string[]
export function demandTarget(folder: string, target: string): void
