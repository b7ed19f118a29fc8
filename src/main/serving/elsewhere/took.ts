/**
 * What the request log says of a call of another server.
 *
 * @param took milliseconds
 */
export function tookSentence(what: string, took: number): string {
  return `${what}, ${took < 10 ? took.toFixed(1) : Math.round(took)} ms`
}
