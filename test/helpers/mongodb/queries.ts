import type { Document } from 'bson'
import { CommandFailure, compare, identityOf, isOfType } from './values'

type Operator = (value: unknown, operand: unknown) => boolean

/** Only between values of one type, as the server has it. */
function ordered(holds: (order: number) => boolean): Operator {
  return (value, operand) => {
    const order = compare(value, operand)
    return order !== undefined && holds(order)
  }
}

const operators: Readonly<Record<string, Operator>> = {
  $in: (value, operand) => listOf(operand, '$in').some(each => identityOf(each) === identityOf(value)),
  $type: (value, operand) => (Array.isArray(operand) ? operand : [operand]).some(name => isOfType(value, name)),
  $gte: ordered(order => order >= 0),
  $lt: ordered(order => order < 0),
  $lte: ordered(order => order <= 0),
}

/** Whether a document meets a filter. Throws for anything that this server does not know. */
export function matches(document: Document, filter: Document): boolean {
  // All are looked at: what is wrong in one has to fail even where another has decided already.
  return Object.entries(filter).map(([name, condition]) => meets(document, name, condition)).every(Boolean)
}

function meets(document: Document, name: string, condition: unknown): boolean {
  if (name === '$or')
    return listOf(condition, name).map(each => matches(document, each as Document)).some(Boolean)
  if (name === '$nor')
    return !listOf(condition, name).map(each => matches(document, each as Document)).some(Boolean)
  if (name === '$expr')
    return isTheDocument(document, condition as Document)
  if (name.startsWith('$') || name.includes('.'))
    throw new CommandFailure(2, 'BadValue', `unknown top level operator: ${name}`)
  const value: unknown = document[name]
  const used = operatorsOf(condition)
  if (used === undefined)
    return identityOf(value) === identityOf(condition)
  return used.map(([operator, operand]) => {
    const check = operators[operator]
    if (!check)
      throw new CommandFailure(2, 'BadValue', `unknown operator: ${operator}`)
    return check(value, operand)
  }).every(Boolean)
}

/** Undefined for a value to be equal to. */
function operatorsOf(condition: unknown): [string, unknown][] | undefined {
  const isPlain = typeof condition === 'object' && condition !== null
    && Object.getPrototypeOf(condition) === Object.prototype
  const entries = isPlain ? Object.entries(condition) : []
  return entries[0]?.[0].startsWith('$') ? entries : undefined
}

/** The one expression that is known: that the whole document is this one. */
function isTheDocument(document: Document, expression: Document): boolean {
  const [root, literal] = listOf(expression.$eq, '$expr')
  const wanted = (literal as Document | undefined)?.$literal as Document | undefined
  if (root !== '$$ROOT' || wanted === undefined || Object.keys(expression).length !== 1)
    throw new CommandFailure(168, 'InvalidPipelineOperator', 'Unrecognized expression')
  return identityOf(document) === identityOf(wanted)
}

function listOf(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new CommandFailure(2, 'BadValue', `${name} must be a nonempty array`)
  return value
}
