import type { SnippetRequest } from './request'
import { writeCurl } from './curl'
import { writeGo } from './go'
import { writeAxios, writeFetch } from './javascript'
import { writePython } from './python'

/** The languages in which a request can be copied. */
export const languages = [
  { id: 'curl', title: 'curl', write: writeCurl },
  { id: 'fetch', title: 'fetch', write: writeFetch },
  { id: 'axios', title: 'axios', write: writeAxios },
  { id: 'python', title: 'Python', write: writePython },
  { id: 'go', title: 'Go', write: writeGo },
] as const satisfies readonly { id: string, title: string, write: (request: SnippetRequest) => string }[]

export type LanguageId = typeof languages[number]['id']
