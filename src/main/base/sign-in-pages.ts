/**
 * Port to pages on this machine that lead to a one-time link. A browser is started with the path of
 * such a page, so that the link does not show up in the process list.
 */
export interface SignInPages {
  /** Writes a page that only its user can read. Throws Error if it cannot be written. */
  write: (link: string) => SignInPage
}

interface SignInPage {
  /** Absolute. */
  path: string
  /** Never throws. */
  remove: () => void
}

/** Name of the folder for these pages inside the data folder. */
export const signInFolder = 'sign-in'
