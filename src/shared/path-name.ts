import { z } from 'zod'

/** A name that is usable in a URL path without escaping. */
export function pathName() {
  return z.string()
    .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 . _ -')
    .refine(name => !/^\.{1,2}$/.test(name), 'must not be . or ..: URLs read these as folders')
}
