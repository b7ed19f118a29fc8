import type { Attempt } from '../driver'
import type { Item } from './attributes'
import { Buffer } from 'node:buffer'
import { request } from 'node:http'
import { sign } from 'aws4'
import { SourceError } from '../../serving/sources/source'
import { abandoned } from '../abort'
import { openAgent } from '../http-agent'
import { failureOf, lost, repeated } from '../http-failures'
import { sentenceOfError } from './answers'

/** Calls of one endpoint, signed by AWS Signature Version 4. */
export interface DynamodbClient {
  /** Throws SourceError; a condition of a write that did not hold is ConditionFailed. */
  call: (operation: string, input: Record<string, unknown>, signal: AbortSignal) => Promise<Answer>
  close: () => void
}

/** The fields of all answers that are used. */
export interface Answer {
  Item?: Item
  Items?: Item[]
  Attributes?: Item
  LastEvaluatedKey?: Item
  Table?: {
    KeySchema?: { AttributeName: string, KeyType: string }[]
    AttributeDefinitions?: { AttributeName: string, AttributeType: string }[]
  }
  TimeToLiveDescription?: { TimeToLiveStatus?: string, AttributeName?: string }
}

/** A condition of a write did not hold, so nothing was written. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed'
}

interface Credentials { accessKeyId: string, secretAccessKey: string }

const mostSockets = 32
/** An item has 400 KiB at most, and a page of a scan 1 MiB; numbers and Base64 make them longer. */
const longestAnswer = 16_000_000

/** Opens the first socket step by step, and others when they are needed. Throws SourceError. */
export async function openClient(
  endpoint: URL,
  region: string,
  credentials: Credentials,
  attempt: Attempt,
): Promise<DynamodbClient> {
  const { place: { host, port }, agent, places, close } = await openAgent(endpoint, { mostSockets }, attempt)

  async function call(operation: string, input: Record<string, unknown>, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted)
      throw abandoned()
    const { headers, body } = sign({
      service: 'dynamodb',
      region,
      method: 'POST',
      path: '/',
      headers: {
        'Host': endpoint.host,
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': `DynamoDB_20120810.${operation}`,
      },
      body: JSON.stringify(input),
    }, credentials)
    const leave = await places.enter(signal)
    const { status, text } = await repeated(
      () => post(headers as Record<string, string>, body as string, signal),
      // Whether a condition held can only be asked once.
      !('ConditionExpression' in input),
    ).finally(leave)
    const answer = parse(text)
    if (answer === undefined)
      throw new SourceError('refused', 'What answers there is not DynamoDB.')
    if (status === 200)
      return answer
    const code = /(?:^|#)(\w{1,64})$/.exec(String(answer.__type))?.[1] ?? ''
    if (code === 'ConditionalCheckFailedException')
      throw new ConditionFailed('The condition did not hold')
    throw new SourceError(status >= 500 ? 'lost' : 'refused', sentenceOfError(code, answer))
  }

  function post(
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number, text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, method: 'POST', path: '/', agent, headers, signal }, async (response) => {
        try {
          resolve({ status: response.statusCode ?? 0, text: await textOf(response) })
        }
        catch (error) {
          reject(lost(error, signal))
        }
      })
      sent.on('error', error => reject(failureOf(sent, error, signal)))
      sent.end(body)
    })
  }

  return { call, close }
}

async function textOf(response: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of response) {
    pieces.push(piece)
    length += piece.length
    if (length > longestAnswer)
      throw new SourceError('refused', 'The answer is larger than any of DynamoDB.')
  }
  return Buffer.concat(pieces).toString()
}

/** Undefined if it is no JSON object. */
function parse(text: string): (Answer & Record<string, unknown>) | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value as Answer & Record<string, unknown> : undefined
  }
  catch {
    return undefined
  }
}
