/** How late the event loop was, in seconds. */
export interface EventLoopDelay { p50: number, p99: number, max: number }
