/**
 * The filter language: one grammar for the request log, the key browser and the API. `result:miss
 * key:user:* status>=400 -cache:sessions "free text"` – all terms must match, a comma separates
 * alternatives, a minus negates. The fields are given by a table (`FilterLanguage`), such as
 * `requestFilter`.
 */
export { compileFilter } from './filter/compile'
export { completeFilter } from './filter/complete'
export type { KnownValue } from './filter/complete'
export { exactTerm } from './filter/format'
export { FilterError, filterErrorOf } from './filter/language'
export type { FilterField, FilterLanguage, FilterWords } from './filter/language'
export { scanFilter } from './filter/scan'
