import { Buffer } from 'node:buffer'

/** A value as DynamoDB writes it: one of these, by its type. */
export interface Attribute {
  S?: string
  N?: string
  /** Base64. */
  B?: string
  BOOL?: boolean
  NULL?: true
  M?: Record<string, Attribute>
  L?: Attribute[]
  SS?: string[]
  NS?: string[]
  BS?: string[]
}

export type Item = Record<string, Attribute>

/** An item as JSON. Numbers keep all their digits, which a double could not; bytes are Base64. */
export function jsonOfItem(item: Item): string {
  return jsonOf({ M: item })
}

function jsonOf({ S, N, B, BOOL, M, L, SS, NS, BS }: Attribute): string {
  if (N !== undefined)
    return N
  if (M !== undefined)
    return `{${Object.entries(M).map(([name, value]) => `${JSON.stringify(name)}:${jsonOf(value)}`).join()}}`
  if (L !== undefined)
    return `[${L.map(jsonOf).join()}]`
  if (NS !== undefined)
    return `[${NS.join()}]`
  return JSON.stringify(S ?? B ?? BOOL ?? SS ?? BS ?? null)
}

/** A reviver that is told the text of a number (ECMA-262, JSON.parse with source text access). */
type Reviver = (this: unknown, name: string, value: unknown, context: { source?: string }) => unknown

/** Marks numbers in a parsed text; no parsed value is an instance of it. */
class Digits {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** The item that a JSON object stands for; undefined if the bytes are no JSON object. */
export function itemOfJson(bytes: Buffer): Item | undefined {
  const reviver: Reviver = (_, value, { source }) =>
    typeof value === 'number' ? new Digits(source ?? String(value)) : value
  let value: unknown
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    value = JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1])
  }
  catch {
    return undefined
  }
  return attributeOf(value).M
}

function attributeOf(value: unknown): Attribute {
  if (typeof value === 'string')
    return { S: value }
  if (typeof value === 'boolean')
    return { BOOL: value }
  if (value instanceof Digits)
    return { N: value.text }
  if (Array.isArray(value))
    return { L: value.map(attributeOf) }
  return value === null || typeof value !== 'object'
    ? { NULL: true }
    : { M: Object.fromEntries(Object.entries(value).map(([name, each]) => [name, attributeOf(each)])) }
}

/** The attribute of the bytes of a value that is no JSON object. */
export function bytesAttribute(bytes: Uint8Array): Attribute {
  return { B: Buffer.from(bytes).toString('base64') }
}
