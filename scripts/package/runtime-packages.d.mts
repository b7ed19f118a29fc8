export function runtimePackages(file?: string): { needed: Set<string>, unneeded: Set<string> }
