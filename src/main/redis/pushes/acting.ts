import type { RedisCall } from '../redis-call'

/** The command of this face that changes entries right now; null while somebody else does. */
export interface Acting { call: RedisCall | null }
