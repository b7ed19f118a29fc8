import type { Buffer } from 'node:buffer'

export function icnsOf(pictures: Map<number, Buffer>): Buffer
export function icoOf(pictures: Map<number, Buffer>): Buffer
