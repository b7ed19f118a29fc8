/**
 * Those of a command line that are Larder's flags, with their values. The rest is Chromium's, the
 * system's (`-psn_…`) or the runtime's: there, what Larder does not know is no mistake.
 *
 * @param flags Larder's, without dashes; `placeholder` null: a switch without a value
 */
export function ownArguments(
  argv: readonly string[],
  flags: ReadonlyMap<string, { placeholder: string | null }>,
): string[] {
  const own: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? ''
    const [, name = '', value] = /^--([^=]+)(=.*)?$/s.exec(argument) ?? []
    const flag = flags.get(name)
    if (!flag)
      continue
    own.push(argument)
    const next = argv[at + 1]
    if (flag.placeholder !== null && value === undefined && next !== undefined) {
      own.push(next)
      at++
    }
  }
  return own
}
