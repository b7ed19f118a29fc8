import { quoteRedisText } from './inline'

/** What people call the types of replies. */
const replyKinds = {
  '+': 'simple string',
  '-': 'error',
  ':': 'integer',
  '$': 'bulk string',
  '=': 'verbatim string',
  ',': 'double',
  '#': 'boolean',
  '_': 'nil',
  '*': 'array',
  '%': 'map',
  '~': 'set',
  '>': 'push',
} as const
type Sign = keyof typeof replyKinds

/** A reply, taken apart; `items` of a map are keys and values in turns. */
interface ReplyTree {
  kind: typeof replyKinds[Sign] | 'cut'
  /** One character a byte. */
  text: string
  items: readonly ReplyTree[]
}

/** Where the bytes end before the reply does. */
const cut: ReplyTree = { kind: 'cut', text: '', items: [] }

/**
 * Takes a reply of RESP 2 or RESP 3 apart.
 *
 * @param bytes one character a byte; they may end early
 */
export function readReply(bytes: string): ReplyTree {
  let at = 0
  let hasEnded = false

  function line(): string | undefined {
    const end = bytes.indexOf('\r\n', at)
    if (end === -1)
      return undefined
    const text = bytes.slice(at, end)
    at = end + 2
    return text
  }

  function items(count: number): ReplyTree[] {
    const all: ReplyTree[] = []
    while (all.length < count && !hasEnded)
      all.push(next())
    return all
  }

  function next(): ReplyTree {
    const head = line()
    if (head === undefined) {
      hasEnded = true
      return cut
    }
    const kind = replyKinds[head[0] as Sign]
    const rest = head.slice(1)
    switch (kind) {
      case 'bulk string':
      case 'verbatim string': {
        if (rest === '-1')
          return { kind: 'nil', text: '', items: [] }
        const text = bytes.slice(at, at + Number(rest))
        at += Number(rest) + 2
        return { kind, text: kind === 'verbatim string' ? text.slice('txt:'.length) : text, items: [] }
      }
      case 'array':
      case 'set':
      case 'push':
        return rest === '-1' ? { kind: 'nil', text: '', items: [] } : { kind, text: '', items: items(Number(rest)) }
      case 'map':
        return { kind, text: '', items: items(2 * Number(rest)) }
      default:
        return { kind, text: rest, items: [] }
    }
  }

  return next()
}

const separators: Partial<Record<ReplyTree['kind'], string>> = { set: '~', map: '#' }
const empty: Partial<Record<ReplyTree['kind'], string>> = {
  array: '(empty array)',
  map: '(empty hash)',
  set: '(empty set)',
  push: '(empty push)',
}

/** Writes a reply as redis-cli prints it at a terminal. */
export function printReply(tree: ReplyTree, indent = ''): string {
  const { kind, text, items } = tree
  switch (kind) {
    case 'cut':
      return '…'
    case 'nil':
      return '(nil)'
    case 'boolean':
      return text === 't' ? '(true)' : '(false)'
    case 'error':
    case 'integer':
    case 'double':
      return `(${kind}) ${text}`
    case 'bulk string':
      return quoteRedisText(text)
    case 'simple string':
    case 'verbatim string':
      return text
    default:
      return items.length === 0 ? empty[kind] ?? '' : printItems(tree, indent)
  }
}

function printItems({ kind, items }: ReplyTree, indent: string): string {
  const step = kind === 'map' ? 2 : 1
  const width = String(Math.floor(items.length / step)).length
  const inner = indent + ' '.repeat(width + 2)
  const lines: string[] = []
  for (let at = 0; at < items.length; at += step) {
    const number = String(at / step + 1).padStart(width)
    const [first = '', value] = items.slice(at, at + step).map(item => printReply(item, inner))
    const rest = value === undefined ? '' : ` => ${value.includes('\n') ? `\n${inner}` : ''}${value}`
    lines.push(`${at === 0 ? '' : indent}${number}${separators[kind] ?? ')'} ${first}${rest}`)
  }
  return lines.join('\n')
}
