/** What the part HELP of a command is; what it says comes out of the table. */
interface HelpRow {
  arity: 2
  flags: readonly ['loading', 'stale']
  scope: 'none'
  since: string
  group: string
  summary: string
}

/** The row of the part HELP of a command with parts. */
export function helpRow<Name extends string>(
  command: Name,
  { since, group }: { since: string, group: string },
): Record<`${Name}|help`, HelpRow> {
  const row: HelpRow = {
    arity: 2,
    flags: ['loading', 'stale'],
    scope: 'none',
    since,
    group,
    summary: `Tells which parts \`${command.toUpperCase()}\` has.`,
  }
  return { [`${command}|help`]: row } as Record<`${Name}|help`, HelpRow>
}
