/**
 * Milliseconds for which a test waits for an expected event. It only prevents waiting forever, so
 * it is much more than a busy machine needs.
 */
export const patience = 60_000
