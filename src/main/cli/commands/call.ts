import type { OperationInput, OperationName } from '@shared/operations'
import { operations } from '@shared/operations'
import { askBefore } from '../ask-before'
import { yes } from '../ask-first'
import { defineCommand } from '../command'
import { usageFailure } from '../failure'
import { suggestion } from '../suggest'
import { safeJson } from '../terminal'

const names = Object.keys(operations) as OperationName[]
const width = Math.max(...names.map(name => name.length))

export const call = defineCommand({
  name: 'call',
  summary: 'Run any operation of the management interface.',
  details: [
    'The input is a JSON object, or - to read it from standard input. The answer is JSON. '
    + '/docs on the running server has the fields of each operation.',
    'If something goes that has no way back, or entries are evicted, it says at a terminal what goes, and asks first. '
    + 'A script is not asked.',
    `Operations:\n${names.map(name => `  ${name.padEnd(width)}  ${operations[name].summary}`).join('\n')}`,
  ],
  arguments: [
    { name: 'operation', meaning: 'one of the names that larder call --help lists', completes: names },
    { name: 'json', meaning: 'the input; {} by default', optional: true },
  ],
  flags: { yes },
  examples: ['larder call caches.get \'{"name":"default"}\'', 'larder call users.create - < user.json'],
  async run({ words: [name = '', input], flags }, context) {
    const { client, output, io } = context
    if (!isOperation(name))
      throw usageFailure(`unknown operation ${name}${suggestion(name, names) || '; larder call --help lists them'}`)
    const text = input === '-'
      ? Buffer.concat((await io.stdin.toArray()).map(chunk => Buffer.from(chunk as string))).toString('utf8')
      : input
    const given = readInput(text ?? '{}') as OperationInput<typeof name>
    const answer = await client.callRaw(name, await askBefore(context, name, given, flags.yes))
    if (answer !== undefined)
      await output.show(answer, () => typeof answer === 'string' ? answer : safeJson(answer))
  },
})

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operations, name)
}

/** Only checks that the input is an object; the server checks the fields. */
function readInput(text: string): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  }
  catch (error) {
    throw usageFailure(`the input must be JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usageFailure('the input must be a JSON object, such as {"name":"default"}')
  return value
}
