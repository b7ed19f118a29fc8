/** Whether a text is JSON. */
export function parsesAsJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  }
  catch {
    // An answer, not a failure.
    return false
  }
}

/** Whether a content type says JSON: `application/json`, `application/problem+json`, … */
export function saysJson(contentType: string): boolean {
  return /\bjson\b/i.test(contentType)
}
