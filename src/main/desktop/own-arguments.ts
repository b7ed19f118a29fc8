/**
 * Picks Larder's flags and their values out of a command line. The rest belongs to Chromium, the
 * system (`-psn_…`) or the runtime, so here an unknown flag is not a mistake.
 *
 * @param flags Larder's flags, without dashes; if `placeholder` is null, the flag takes no value
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
