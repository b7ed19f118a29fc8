import type { Answer, RequestOptions } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { expect } from 'vitest'

/** One request and its expected response. */
export interface Case {
  name: string
  /** Earlier requests, which must succeed. */
  given?: Step[]
  send: Step
  status: number
  /** The whole body: text, or JSON to compare. A function checks it on its own. */
  body?: unknown
  /** Header fields that must have this value; null = must be absent. */
  headers?: Record<string, string | RegExp | null>
}
export type Step = [method: string, path: string, options?: RequestOptions]

/** Runs a case against a server and compares the response. */
export async function check(
  larder: TestLarder,
  { given = [], send, status, body, headers = {} }: Case,
): Promise<Answer> {
  for (const [method, path, options] of given) {
    const answer = await larder.send(method, path, options)
    expect(answer.status, `given ${method} ${path}: ${answer.text}`).toBeLessThan(400)
  }
  const answer = await larder.send(...send)
  expect(answer.status, answer.text).toBe(status)
  for (const [name, value] of Object.entries(headers)) {
    const got = answer.headers[name.toLowerCase()]
    if (value === null)
      expect(got, name).toBeUndefined()
    else if (value instanceof RegExp)
      expect(String(got), name).toMatch(value)
    else
      expect(got, name).toBe(value)
  }
  if (typeof body === 'function')
    await body(answer)
  else if (typeof body === 'string')
    expect(answer.text).toBe(body)
  else if (body !== undefined)
    expect(answer.json()).toMatchObject(body as object)
  return answer
}

export function json(value: unknown, headers: Record<string, string> = {}): RequestOptions {
  return { body: JSON.stringify(value), headers: { 'Content-Type': 'application/json', ...headers } }
}
