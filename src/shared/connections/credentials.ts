import { z } from 'zod'
import '../without-eval'

/** Fields of drivers that sign in as a user, and that may be told whose certificates to trust. */
export const ConnectionUser = z.string('The user must be text.')
  .min(1, 'The user must not be empty; leave it out instead.')
  .max(256, 'The user must be at most 256 characters.')

export const ConnectionPassword = z.string('The password must be text.')
  .min(1, 'The password must not be empty; leave it out instead.')
  .max(4096, 'The password must be at most 4,096 characters.')

export const ConnectionAuthority = z.string('The CA must be text.')
  .max(65_536, 'The CA must be at most 65,536 characters.')
  .regex(/-----BEGIN CERTIFICATE-----/, 'The CA must be a certificate in PEM form: -----BEGIN CERTIFICATE-----.')
