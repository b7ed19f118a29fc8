/**
 * Milliseconds for which a test waits for what should come. It only guards against waiting for
 * ever, so it is much more than a busy machine needs.
 */
export const patience = 60_000
