/** The request that the answer on the screen belongs to. */
export interface Sent { method: string, target: string }
