/**
 * The filter language: one grammar for the request log, the key browser and the API. `result:miss key:user:* status>=400
 * -cache:sessions "free text"` – all terms must hold, a comma separates alternatives, a minus negates. What the fields are is a
 * table (`FilterLanguage`), such as `requestFilter`.
 */
export { compileFilter } from './filter/compile'
export { completeFilter } from './filter/complete'
export type { Completion, Completions, KnownValue } from './filter/complete'
export { exactTerm, formatTerm } from './filter/format'
export { FilterError, filterErrorOf, filterLimit } from './filter/language'
export type { FieldShape, FilterField, FilterLanguage, FilterWords } from './filter/language'
export { scanFilter } from './filter/scan'
