import type { FlagSpec } from '../arguments'
import type { Option } from '../options'
import { defineCommand, flag } from '../command'
import { dotenvRule, options } from '../options'
import { text } from '../values'

const { home: _, ...serverOptions } = options

/**
 * The table of options as flags, without `--home`, which every command has. `configuration` reads
 * their values and reports all faults at once.
 */
const flags: Record<string, FlagSpec<string>> = Object.fromEntries(
  Object.values<Option>(serverOptions).flatMap(option => option.flag === null
    ? []
    : [[option.flag, flag(option.placeholder, `${option.meaning} [${option.variable}]`, text, option.parse.choices)]]),
)

export const serve = defineCommand({
  name: 'serve',
  summary: 'Start the server and run it until Ctrl-C, SIGTERM or the end of its terminal.',
  details: [
    'Flags win over the environment, the environment over a .env file in the working directory. '
    + 'LARDER_API_KEY has no flag: other users of the machine could read it.',
    dotenvRule,
  ],
  flags,
  examples: ['larder serve --port 8080 --memory 1GB'],
  run: (_, context) => context.serve(context.configuration()),
})
