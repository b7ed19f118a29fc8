import process from 'node:process'

/**
 * Whether durations are asserted. Only `npm run test:hard` does so, on a quiet machine. All other
 * runs count steps, messages and bytes, because on a busy machine any work may take several times
 * as long.
 */
export const timed = process.env.LARDER_HARD === '1'

if (!timed)
  console.log('Durations are asserted by npm run test:hard only.')
