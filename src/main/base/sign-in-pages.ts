/**
 * Port to pages on this machine that lead to a one-time link. A browser is started with the path of
 * one, so whoever lists processes does not see the link.
 */
export interface SignInPages {
  /** Writes a page that its user alone can read. Throws Error where it cannot be written. */
  write: (link: string) => SignInPage
}

interface SignInPage {
  /** Absolute. */
  path: string
  /** Never throws. */
  remove: () => void
}

/** Folder of the pages, in the data folder. */
export const signInFolder = 'sign-in'
