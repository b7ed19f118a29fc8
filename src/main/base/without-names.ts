/** What stands where a word was left out. */
const left = '…'

/**
 * Words that say what happened and cannot be anybody's name for something: those of our own
 * sentences, error codes of the system and of SQLite, abbreviations, and small numbers.
 */
const plain = [
  /^["'(]?[A-Z]?[a-z]{1,20}(?:'[a-z]{1,2})?[)"'.,:;?!]*$/,
  /^\(?(?:E[A-Z]{3,16}|ERR_[A-Z_]{3,40}|SQLITE_[A-Z_]{3,40}|[A-Z]{1,4})[).,:;]*$/,
  /^\(?\d{1,6}(?:\.\d{1,3})?(?:%|ms|s|kB|MB|GB)?[).,:;]*$/,
  /^[A-Z][A-Za-z]{1,30}Error:?$/,
  /^<[a-z]+-\d+>$/,
  /^[).,:;?!]+$/,
]

const quoted = /\B(?:"[^"]*"|'[^']*'|`[^`]*`)\B/g

/**
 * Prepares texts of the log for strangers. Known names get another word, and of the rest only plain
 * words stay: whatever could be a key, a path, a host or an address is left out.
 */
export interface NameRemover {
  /** What Larder itself says. */
  message: (text: string) => string
  /** What may quote anybody. */
  text: (text: string) => string
  /** A stack, of which files and lines stay, without their folders. */
  stack: (stack: string) => string
}

/** What is code, whatever anybody calls a thing. */
const codes = /\b(?:E[A-Z]{3,16}|ERR_[A-Z_]{3,40}|SQLITE_[A-Z_]{3,40})\b/g

/** Where nobody can tell which words are names: of a text only the codes of errors stay. */
export const withoutAllNames: NameRemover = {
  message: text => createNameRemover({}).text(text),
  text: text => text.match(codes)?.join(' ') ?? left,
  stack: stack => createNameRemover({}).stack(stack.split('\n').filter(line => /^\s+at /.test(line)).join('\n')),
}

/** @param names by what stands for them: `cache` → names of caches */
export function createNameRemover(names: Readonly<Record<string, readonly string[]>>): NameRemover {
  const words = new Map<string, string>()
  for (const [word, list] of Object.entries(names)) {
    list.filter(name => name !== '').forEach((name, at) => {
      if (!words.has(name.toLowerCase()))
        words.set(name.toLowerCase(), `<${word}-${at + 1}>`)
    })
  }
  const alternatives = [...words.keys()].sort((a, b) => b.length - a.length).map(RegExp.escape).join('|')
  // A letter beside it would make it another word.
  const known = alternatives === '' ? null : new RegExp(`(?<![\\p{L}\\d_])(?:${alternatives})(?![\\p{L}\\d_])`, 'giu')

  function text(line: string): string {
    // Marked first, so that no word of ours is taken for one of theirs.
    const named = known ? line.replace(known, name => ` ${words.get(name.toLowerCase()) ?? left} `) : line
    const kept = named
      .replace(quoted, ` ${left} `)
      .split(/\s+/)
      .filter(word => word !== '')
      .map(word => plain.some(form => form.test(word)) ? word : left)
    return kept.filter((word, at) => word !== left || kept[at - 1] !== left).join(' ')
  }

  return {
    message: text,
    text,
    stack: stack => stack.split('\n').map((line) => {
      const [, name = ''] = /^\s+at (?:async )?([A-Za-z.]{1,60}) \(/.exec(line) ?? []
      const place = line.replace(/\)$/, '').split(/[/\\( ]/).at(-1) ?? ''
      const isFrame = /^\s+at /.test(line) && /^[\w-]+(?:\.[\w-]+)?\.[cm]?[jt]s:\d+:\d+$/.test(place)
      return isFrame ? `at ${name === '' ? '' : `${name} `}(${place})` : text(line)
    }).join(' '),
  }
}
